"""The composition root: settings choose adapters, adapters meet use cases, here and nowhere else.

Nothing is built at import: a cold start pays for what its first request uses. One App serves a process; a
forked worker builds its own, because connections do not survive a fork.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload, runtime_checkable

from shared.bus import Bus, Consumer, Outbox
from shared.core import logs
from shared.core.clock import Clock, SystemClock
from shared.core.errors import Invalid, Unavailable
from shared.core.ids import Ids, SystemIds
from shared.store import Store
from shared.store.indexes import SCHEMA

if TYPE_CHECKING:
    from flask import Request, Response

    from shared.blobs import Blobs
    from shared.blobs.signed import UploadSigner
    from shared.core.context import Headers
    from shared.core.settings import Settings
    from shared.health import Readiness
    from shared.http.api import Api
    from shared.http.auth import Tokens
    from shared.insights.gate import Gate
    from shared.insights.ports import Phraser, Planner
    from shared.messages.channels.port import MessageChannel
    from shared.payments.gateways.port import Gateway
    from shared.ports import Chore
    from shared.receipts.engines.cloud import CloudReaders
    from shared.receipts.engines.port import Engine
    from shared.store.model import Adapter

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent


class lazy(Generic[T]):
    """A property built once, by the first thread that asks."""

    def __init__(self, build: Callable[[Any], T]) -> None:
        self._build = build
        self._name = build.__name__
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, app: None, owner: type) -> lazy[T]: ...
    @overload
    def __get__(self, app: App, owner: type) -> T: ...
    def __get__(self, app: App | None, owner: type) -> lazy[T] | T:
        if app is None:
            return self
        with app.lock:
            if self._name not in app.built:
                app.built[self._name] = self._build(app)
            value: T = app.built[self._name]
            return value


@runtime_checkable
class Closes(Protocol):
    """What holds files or connections."""

    def close(self) -> None: ...


class App:
    """Everything one process needs, by name; rooms see it through their own Ports protocols."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or SystemIds()
        self.lock = threading.RLock()
        self.built: dict[str, Any] = {}
        logs.configure(
            settings.log_level,
            project=settings.google_cloud_project,
            metrics=settings.log_metrics or bool(settings.k_service),
        )

    @lazy
    def store(self) -> Store:
        store = Store(store_adapter(self.settings.store_url), SCHEMA, self.clock, self.ids)
        store.ensure_indexes()
        return store

    @lazy
    def bus(self) -> Bus:
        return _bus(self.settings, self.clock, self.ids)

    @lazy
    def outbox(self) -> Outbox:
        return Outbox(self.store, self.bus)

    @lazy
    def blobs(self) -> Blobs:
        return _blobs(self.settings, self.clock, self.ids)

    @lazy
    def tokens(self) -> Tokens:
        from shared.http.auth import Tokens  # a function that takes events has no use for HTTP's own

        return Tokens(self.settings, self.clock)

    @lazy
    def gateway(self) -> Gateway:
        from shared.payments.gateways.daraja.client import DarajaGateway
        from shared.payments.gateways.daraja.initiator import Initiator
        from shared.payments.gateways.daraja.request import DarajaAccount
        from shared.payments.token_store import StoreTokens

        settings = self.settings
        account = DarajaAccount(
            base_url=settings.daraja_url,
            key=settings.daraja_key,
            secret=settings.daraja_secret.get_secret_value(),
            shortcode=settings.daraja_shortcode,
            passkey=settings.daraja_passkey.get_secret_value(),
            till=settings.daraja_till,
            c2b_version=settings.daraja_c2b_version,
            initiator=Initiator(
                settings.daraja_initiator,
                settings.daraja_initiator_password.get_secret_value(),
                settings.daraja_certificate,
            ),
        )
        return DarajaGateway(
            account,
            self.clock,
            StoreTokens(self.store),
            calls_per_second=settings.daraja_calls_per_second,
        )

    @lazy
    def airtel(self) -> Gateway | None:
        """Airtel Money, where its key is set."""
        settings = self.settings
        if not settings.airtel_key:
            return None
        from shared.payments.gateways.airtel.account import AirtelAccount
        from shared.payments.gateways.airtel.client import AirtelGateway
        from shared.payments.token_store import StoreTokens

        account = AirtelAccount(
            base_url=settings.airtel_url,
            key=settings.airtel_key,
            secret=settings.airtel_secret.get_secret_value(),
            callback_key=settings.airtel_callback_key.get_secret_value(),
        )
        return AirtelGateway(account, self.clock, StoreTokens(self.store))

    @lazy
    def engines(self) -> Sequence[Engine]:
        from shared.receipts.engines.build import build_engines

        return build_engines(self.settings.ocr_engines)

    @lazy
    def cloud_readers(self) -> CloudReaders | None:
        """What receipts may be read by over a network, where it is set up; a business allows it or not."""
        from shared.receipts.engines.cloud import build_cloud_readers

        return build_cloud_readers(self.settings, self.clock)

    @lazy
    def planner(self) -> Planner | None:
        """Gemini, only with a key and only where the business's operator allowed questions to go out."""
        from shared.insights.gemini import GeminiPlanner

        settings, key = self.settings, self.settings.gemini_allowed_key
        if not key:
            return None
        return GeminiPlanner(key, settings.gemini_model, settings.gemini_url)

    @lazy
    def phraser(self) -> Phraser | None:
        """Gemini as the writer of a sentence, only where its operator switched that on besides."""
        settings, key = self.settings, self.settings.gemini_allowed_key
        if not key or not settings.gemini_phrasing:
            return None
        from shared.insights.phraser import GeminiPhraser

        return GeminiPhraser(key, settings.gemini_model, settings.gemini_url)

    @lazy
    def model_gate(self) -> Gate:
        """What stands before the calls of both: one for the process, or its breaker would know nothing."""
        from shared.insights.call_budget import Caps
        from shared.insights.gate import Gate

        settings = self.settings
        return Gate(self.clock, Caps(settings.gemini_calls_a_day, settings.gemini_calls_a_month))

    @lazy
    def sms(self) -> MessageChannel:
        from shared.messages.channels.choose import sms_channel_for

        return sms_channel_for(self.settings, self.clock)

    @lazy
    def email(self) -> MessageChannel:
        from shared.messages.channels.choose import email_channel_for

        return email_channel_for(self.settings, self.clock)

    @lazy
    def chores(self) -> Sequence[Chore]:
        from shared.alerts import look_back
        from shared.insights.daysums.folding import fold_when_due
        from shared.messages.abandoned import close_abandoned
        from shared.reports.due import chore_of

        return (close_abandoned, look_back, fold_when_due, chore_of(self))

    @lazy
    def readiness(self) -> Readiness:
        from shared.health import Readiness

        return Readiness(self)

    def close(self) -> None:
        """Let go of the bus and the store, where they were opened."""
        for name in ("outbox", "bus", "store"):
            opened = self.built.pop(name, None)
            if isinstance(opened, Closes):
                opened.close()

    def serve(self, api: Api[Any], request: Request) -> Response:
        """Answer an HTTP request with the routes of one function, or say whether it could."""
        from shared.health import READY, readyz  # here, because a function that takes events serves nothing

        if request.path in READY and request.method in ("GET", "HEAD"):
            return readyz(self.readiness, self.ids.new("req"), request.path)
        return api.serve(self, request)

    def answer_ready(self, path: str, also: Mapping[str, Callable[[], object]]) -> Response:
        """Say whether a function that takes events could do its work."""
        from shared.health import Readiness, readyz

        with self.lock:  # one for the process: it keeps a thread for each question
            readiness: Readiness = self.built.setdefault("event_readiness", Readiness(self, also=also))
        return readyz(readiness, self.ids.new("req"), path)

    def consume(self, consumer: Consumer[Any], event: Mapping[str, Any] | Any) -> None:
        """Deal with one delivered CloudEvent; raising makes the platform deliver it again."""
        attributes = dict(event.get_attributes()) if hasattr(event, "get_attributes") else dict(event)
        attributes["data"] = event.get_data() if hasattr(event, "get_data") else event.get("data")
        consumer.handle(self, attributes, _delivery_headers())


def _delivery_headers() -> Headers | None:
    """The headers that an event came with: the framework hands over the event alone."""
    from flask import has_request_context, request

    return request.headers if has_request_context() else None


def store_adapter(url: str) -> Adapter:
    """The adapter a STORE_URL names; raises Invalid ``settings_invalid``."""
    if url.startswith("sqlite:///"):
        from shared.store.sqlite import SqliteAdapter

        return SqliteAdapter(Path(url.removeprefix("sqlite:///")))
    if url.startswith("firestore:"):
        from shared.store.firestore import open_firestore

        return open_firestore(url)
    if url.startswith(("mongodb://", "mongodb+srv://")):
        from shared.store.mongo import open_mongo

        return open_mongo(url)
    raise Invalid("settings_invalid", f"STORE_URL: no store for '{url.split(':', 1)[0]}:'")


def _bus(settings: Settings, clock: Clock, ids: Ids) -> Bus:
    if settings.bus_url.startswith("local:"):
        from shared.bus.local import open_local_bus

        return open_local_bus(settings, clock, ids)
    if settings.bus_url.startswith("pubsub:"):
        from shared.bus.pubsub import open_pubsub

        return open_pubsub(settings.bus_url)
    raise Invalid("settings_invalid", f"BUS_URL: no bus for '{settings.bus_url.split(':', 1)[0]}:'")


def _blobs(settings: Settings, clock: Clock, ids: Ids) -> Blobs:
    url = settings.blob_url
    if url.startswith("file:///"):
        from shared.blobs.folder import FolderBlobs

        root = Path(url.removeprefix("file:///"))
        return FolderBlobs(root, root.name, upload_signer(settings, clock))
    if url.startswith("gs://"):
        from shared.blobs.gcs import open_gcs

        return open_gcs(url, ids)
    raise Invalid("settings_invalid", f"BLOB_URL: no bucket for '{url.split(':', 1)[0]}:'")


def upload_signer(settings: Settings, clock: Clock) -> UploadSigner:
    """What makes the addresses that files are sent to, and what the embedded gateway checks them with."""
    from shared.blobs.signed import UploadSigner

    secret = settings.callback_secret.get_secret_value()
    return UploadSigner(f"{settings.public_url}/uploads", secret, clock)


_current: tuple[int, App] | None = None
_guard = threading.Lock()


def app() -> App:
    """The App of this process, built from the environment on first use."""
    global _current  # noqa: PLW0603 - one per process is the point
    with _guard:
        if _current is None or _current[0] != os.getpid():
            from shared.core.settings import load_settings  # not at import: the first request pays

            _current = (os.getpid(), App(load_settings()))
            logs.adopt()  # a process of our own: what the framework logs leaves in our form
        return _current[1]


def serve(api: Api[Any], request: Request) -> Response:
    """Answer an HTTP request with the App of this process; unusable settings are named, not guessed."""
    from shared.health import LIVE, healthz

    if request.path in LIVE and request.method in ("GET", "HEAD"):
        return healthz()
    try:
        current = app()
    except Invalid as error:
        return _unusable(error, request.path)
    return current.serve(api, request)


def _unusable(error: Invalid, path: str) -> Response:
    """What is said when there can be no App."""
    from shared.http.problems import problem

    logs.configure()
    logs.error("no request can be answered", why=error.message)
    return problem(Unavailable(error.message, code=error.code), SystemIds().new("req"), path)


def answer_health(also: Mapping[str, Callable[[], object]]) -> None:
    """Let a function that takes events say by GET how it is; called while its module loads.

    ``also`` is what the function cannot do without besides the store and the bus, by name: each raises when
    it is not there. Loaded without functions-framework around it, a module has nobody to tell.
    """
    from flask import current_app, has_app_context
    from flask import request as asked

    if not has_app_context():
        return

    def live() -> Response:
        from shared.health import healthz

        return healthz()

    def ready() -> Response:
        try:
            current = app()
        except Invalid as error:
            return _unusable(error, asked.path)
        return current.answer_ready(asked.path, also)

    for path, view in (("/healthz", live), ("/health", live), ("/readyz", ready), ("/ready", ready)):
        current_app.add_url_rule(path, path, view, methods=["GET"])


def use(replacement: App | None) -> None:
    """Install an App for this process: the embedded runtime and tests share one between all functions."""
    global _current  # noqa: PLW0603
    with _guard:
        _current = (os.getpid(), replacement) if replacement is not None else None


def start() -> None:
    """End the process with status 1 and one log line when its settings are not usable.

    Called while a function loads on Cloud Run, which then gives the new revision no traffic. Elsewhere the
    first request pays for settings, and is told what is wrong with them.
    """
    from shared.core.settings import load_settings

    try:
        load_settings()
    except Invalid as error:
        logs.configure()
        logs.error("this instance cannot start", why=error.message, code=error.code)
        raise SystemExit(1) from None


if os.environ.get("K_SERVICE"):
    start()
