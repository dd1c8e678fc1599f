"""The one call of Pub/Sub that publishing needs, over gRPC, with the message types of google-cloud-pubsub.

Importing any part of ``google.pubsub_v1`` loads three clients, their asynchronous twins and a REST transport:
more than a hello world costs, for one call (docs/decisions/0014-pubsub.md has the figures).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import grpc

from shared.bus.pubsub import UNREACHABLE
from shared.core.bare_import import package_not_run
from shared.core.clock import Clock, SystemClock
from shared.core.errors import Unavailable
from shared.core.ids import Ids, SystemIds

with package_not_run("google.pubsub_v1"):
    from google.pubsub_v1.types import pubsub

PublishRequest: Any = pubsub.PublishRequest.pb()
PublishResponse: Any = pubsub.PublishResponse.pb()

Code = grpc.StatusCode
HOST = "pubsub.googleapis.com:443"
SCOPE = "https://www.googleapis.com/auth/pubsub"
_PASSING = {Code.UNAVAILABLE, Code.INTERNAL, Code.UNKNOWN, Code.ABORTED}
_OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.keepalive_time_ms", 30_000)]


class Unreachable(Unavailable):
    """The service gave no answer in time."""

    code = UNREACHABLE


class Wire:
    """A channel to Pub/Sub, shared by threads; no error of gRPC leaves it.

    Args:
        channel: see ``open_channel``.
        seconds: for one call with all of its tries.
        clock, ids: for the pauses between them.
    """

    def __init__(
        self, channel: Any, seconds: float, clock: Clock | None = None, ids: Ids | None = None
    ) -> None:
        self._channel, self._seconds = channel, seconds
        self._clock, self._ids = clock or SystemClock(), ids or SystemIds()
        self._publish = channel.unary_unary(
            "/google.pubsub.v1.Publisher/Publish",
            request_serializer=PublishRequest.SerializeToString,
            response_deserializer=PublishResponse.FromString,
        )

    def publish(self, topic: str, messages: Sequence[dict[str, Any]]) -> None:
        """Publish messages of one ordering key to a topic, ``projects/…/topics/…``; raises Unavailable.

        What may pass is tried again within the deadline: a repeated message is harmless, and no later one
        overtakes it.
        """
        request = PublishRequest(topic=topic, messages=messages)
        give_up = self._clock.now() + timedelta(seconds=self._seconds)
        for pause in chain((0.1, 0.2, 0.4, 0.8), repeat(1.0)):
            left = (give_up - self._clock.now()).total_seconds()
            try:
                self._publish(request, timeout=max(0.01, left), metadata=(_route(topic),))
                return
            except grpc.RpcError as error:
                if error.code() not in _PASSING or left <= pause:
                    raise _explained(error, topic) from None
            except ValueError as error:  # gRPC's word for a channel that was closed
                raise Unavailable(f"the bus is closed: {error}") from None
            self._clock.sleep(pause * (0.5 + self._ids.fraction() / 2))

    def close(self) -> None:
        """Let go of the connection; a publish after it raises Unavailable."""
        self._channel.close()


def open_channel() -> Any:
    """A channel to Google, or to the emulator that PUBSUB_EMULATOR_HOST names; connects on first use.

    Raises Unavailable when no credentials are found.
    """
    emulator = os.environ.get("PUBSUB_EMULATOR_HOST")
    return grpc.insecure_channel(emulator, options=_OPTIONS) if emulator else _authorized()


def _authorized() -> Any:
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport import grpc as secure
    from google.auth.transport.requests import Request

    request: Any = Request()
    try:
        credentials, _ = google.auth.default(scopes=[SCOPE], request=request)
    except GoogleAuthError as error:
        raise Unreachable(f"BUS_URL: no usable credentials for Pub/Sub: {error}") from None
    open_secure: Any = secure.secure_authorized_channel
    return open_secure(credentials, request, HOST, options=_OPTIONS)


def _route(topic: str) -> tuple[str, str]:
    return "x-goog-request-params", f"topic={topic}"


def _explained(error: Any, path: str) -> Unavailable:
    """What went wrong, in words for whoever reads the log."""
    _, project, _, topic = path.split("/", 3)
    code, why = error.code(), str(error.details())[:200]
    match code:
        case Code.NOT_FOUND:
            return Unavailable(f"Pub/Sub has no topic '{topic}' in project '{project}': terraform creates it")
        case Code.PERMISSION_DENIED:
            return Unavailable(
                f"this service account may not publish to '{topic}' in project '{project}': "
                "it needs roles/pubsub.publisher there"
            )
        case Code.UNAUTHENTICATED:
            return Unreachable(f"no usable credentials for Pub/Sub: {why}")
        case Code.UNAVAILABLE | Code.DEADLINE_EXCEEDED:
            return Unreachable(f"Pub/Sub cannot be reached: {why}")
        case _:
            return Unavailable(f"Pub/Sub refused messages for '{topic}': {code.name}: {why}")
