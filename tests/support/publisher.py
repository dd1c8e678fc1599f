"""A Pub/Sub endpoint on loopback that answers as a test tells it: for failures that no emulator makes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc


@dataclass
class Endpoint:
    """Answers ``Publish`` by ``refused``, which goes by topic, else by the next of ``failures``."""

    address: str = ""
    failures: deque[grpc.StatusCode | None] = field(default_factory=deque)
    refused: dict[str, grpc.StatusCode] = field(default_factory=dict)
    tries: int = 0
    kept: list[tuple[str, list[Any]]] = field(default_factory=list)
    """Topic and messages of every request that was answered well."""

    def publish(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        from google.pubsub_v1.types import PublishRequest, PublishResponse

        self.tries += 1
        request = PublishRequest.deserialize(body)
        topic = request.topic.rsplit("/", 1)[1]
        failure = self.refused.get(topic) or (self.failures.popleft() if self.failures else None)
        if failure is not None:
            context.abort(failure, "as the test wishes")
        self.kept.append((topic, list(request.messages)))
        answer = PublishResponse(message_ids=[str(n) for n in range(len(request.messages))])
        return bytes(PublishResponse.serialize(answer))


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A served endpoint, gone at the end."""
    made = Endpoint()
    handler = grpc.unary_unary_rpc_method_handler(made.publish)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", {"Publish": handler})]
    )
    made.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield made
    finally:
        server.stop(0).wait(5)
