"""The embedded system: every part composed, started on one port, stepped by hand or running by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from local import docs, web
from local.bucket import BucketWatcher
from local.feed import Feed
from local.functions import Functions
from local.gateway import Gateway, mounts_of
from local.place import data_folder, hold
from local.scheduler import Scheduler
from local.server import Server
from local.status import Runtime, status
from local.topology import BucketTrigger, load_topology
from local.transport import Ways, open_transport
from local.uploads import Uploads
from shared import app as composition
from shared.access import businesses
from shared.app import App
from shared.core import logs
from shared.core.clock import Clock, SystemClock
from shared.core.errors import HesabuError
from shared.core.ids import Ids, SystemIds
from shared.core.measures import MEASURES
from shared.core.metrics import REGISTRY
from shared.core.settings import Settings
from shared.store import Key

TICK_SECONDS = 0.25
"""How often timers, the bucket and the simulated Safaricom are looked after in the background."""


class System:
    """Everything that ``python -m local run`` runs.

    Args:
        settings: addresses not chosen (PUBLIC_URL, DARAJA_URL, AIRTEL_URL) become those of this system.
        clock, ids: a ManualClock and SeededIds make a run repeatable; use ``tick`` and ``drain`` then.
        ways: how events are delivered, where it shall be otherwise than usual.
        callback_seconds: how long the simulated Safaricom takes to call back.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        ids: Ids | None = None,
        *,
        ways: Ways | None = None,
        callback_seconds: float = 0,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or SystemIds()
        self._ways, self._callback_seconds = ways or Ways(), callback_seconds
        self.feed = Feed()
        self.functions = Functions(load_topology())
        self.safaricom: Any = None
        self.airtel: Any = None
        self.readers: Any = None
        self._stop = threading.Event()
        self._tickers: list[threading.Thread] = []

    # --- life
    def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Open the store and the bus and serve HTTP; nothing else moves until ``run``, or by hand.

        Raises Refused ``already_running`` when another system uses the same data, OSError for a taken port.
        """
        self._guard = hold(self.settings)
        try:
            self._server = Server(
                self._serve, host, port, aside=("/events/", "/safaricom/", "/airtel/", "/readers/")
            )
        except OSError:
            self._guard.close()
            raise
        self.url = f"http://{host}:{self._server.port}"
        try:
            self._compose()
        except BaseException:
            self._server.stop()
            self._guard.close()
            raise
        self._server.start()
        if self.safaricom is not None:
            self.register()

    def register(self) -> None:
        """Give our addresses to the simulated Safaricom, for the business whose shortcode it keeps.

        Called at every start, since the port may be another one; call it for a business that came later.
        """
        from shared.payments.registration import register_c2b

        store = self.app.store
        for business in [doc.id for doc in businesses(store)]:
            profile = store.get(business, Key("profile", "business"))
            if profile is None or profile.data.get("shortcode") != self.settings.daraja_shortcode:
                continue
            try:
                register_c2b(self.app, business)
            except HesabuError as error:
                logs.warn("callbacks could not be registered", business=business, code=error.code)

    def run(self) -> None:
        """Deliver events and keep time in threads, until ``stop``."""
        self.transport.deliverer.start()
        self._tick_forever(lambda: self._look_around(settled=False))
        for provider in self._providers():  # their posts may take seconds, and hold up nobody
            self._tick_forever(provider.deliver_due)

    def stop(self) -> None:
        """Stop claiming, let what is at hand finish, close; a second call changes nothing."""
        if self._stop.is_set():
            return
        self._stop.set()
        for ticker in self._tickers:
            ticker.join(30)
        if not self.transport.deliverer.stop():
            logs.warn("a delivery was still at work; it will be delivered again")
        self._server.stop()
        for provider in self._providers():
            provider.close()
        self.bus.close()
        self.app.store.close()
        composition.use(None)
        self._guard.close()

    # --- time, by hand
    def step(self) -> bool:
        """Deliver one due event; False when none was due."""
        return self.transport.deliverer.step()

    def drain(self, most: int = 10_000) -> int:
        """Deliver until nothing is due; returns how many deliveries were made, ``most`` at most."""
        return next((n for n in range(most) if not self.step()), most)

    def tick(self) -> int:
        """Let timers, the bucket and the simulated providers do what is due; returns how much that was."""
        done = self._look_around(settled=True)
        return done + sum(provider.deliver_due() for provider in self._providers())

    def _providers(self) -> list[Any]:
        """The simulated providers that run here."""
        return [provider for provider in (self.safaricom, self.airtel, self.readers) if provider is not None]

    def _look_around(self, *, settled: bool) -> int:
        return self.scheduler.tick() + sum(bucket.scan(settled=settled) for bucket in self.buckets)

    def settle(self, most: int = 1000) -> int:
        """Tick and drain until both have nothing left to do at this moment; returns all that was done."""
        total = 0
        for _ in range(most):
            done = self.tick() + self.drain()
            if not done:
                break
            total += done
        return total

    def status(self) -> dict[str, Any]:
        """What the status page shows."""
        return status(self.runtime)

    # --- composing
    def _compose(self) -> None:
        self.settings = _addressed(self.settings, self.url)
        self.app = App(self.settings, clock=self.clock, ids=self.ids)
        self.transport = open_transport(self.app, self.functions, self.feed, self.url, self._ways)
        self.bus = self.transport.bus
        composition.use(self.app)
        topology = self.functions.topology.values()
        self.scheduler = Scheduler(topology, self.bus, self.clock)
        prefixes = [f.trigger.prefix for f in topology if isinstance(f.trigger, BucketTrigger)]
        self.buckets = [BucketWatcher(self.app, prefix) for prefix in prefixes]
        if self.settings.daraja_url == f"{self.url}/safaricom":
            self.safaricom = _safaricom(self.settings, self.clock, self.ids, self._callback_seconds)
        if self.settings.airtel_key and self.settings.airtel_url == f"{self.url}/airtel":
            self.airtel = _airtel(self.settings, self.clock, self.ids, self._callback_seconds)
        if f"{self.url}/readers" in (self.settings.vision_url, self.settings.gemini_url):
            self.readers = _readers(self.settings, self.clock)
        self.runtime = self._runtime()
        self.gateway = self._gateway()

    def _runtime(self) -> Runtime:
        return Runtime(
            functions=self.functions,
            transport=self.transport,
            feed=self.feed,
            clock=self.clock,
            outbox=Path(self.settings.outbox_folder),
            about=self._about(),
            links=self._links(),
            store=self.app.store,
        )

    def _gateway(self) -> Gateway:
        pages = {
            "/": lambda: web.render("status.html", s=self.status(), url=self.url),
            "/status.json": lambda: web.data(self.status()),
            "/openapi.json": lambda: web.data(self.openapi()),
            "/metrics": lambda: web.metrics(REGISTRY.exposition(MEASURES)),
            "/docs": self._docs,
        }
        providers = {"safaricom": self.safaricom, "airtel": self.airtel, "readers": self.readers}
        apps = {**providers, "uploads": self._uploads(), **self.transport.mounts}
        mounts = mounts_of(**apps)
        return Gateway(self.functions, pages, mounts, feed=self.feed, ids=self.ids)

    def _uploads(self) -> Uploads | None:
        """The folder's own upload addresses lead here; those of Cloud Storage lead there."""
        if not self.settings.blob_url.startswith("file:"):
            return None
        signer = composition.upload_signer(self.settings, self.clock)
        return Uploads(self.app.blobs, signer, self.ids)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document of every HTTP function."""
        return docs.document(self.functions, self.settings.public_url)

    def _docs(self) -> Any:
        spec = self.openapi()
        return web.render("docs.html", spec=spec, tags=docs.operations(spec), schemas=docs.schemas(spec))

    def _serve(self, environ: Any, start_response: Any) -> Any:
        return self.gateway(environ, start_response)

    def _about(self) -> dict[str, str]:
        kept = {
            "store": self.settings.store_url,
            "bus": self.settings.bus_url,
            "blobs": self.settings.blob_url,
        }
        return {what: _without_secrets(url) for what, url in kept.items()}

    def _links(self) -> dict[str, str]:
        links = {"API documentation": "/docs", "OpenAPI document": "/openapi.json", "Metrics": "/metrics"}
        phones = {
            "Simulated phones": "/safaricom/phone" if self.safaricom is not None else "",
            "Simulated Airtel phones": "/airtel/phone" if self.airtel is not None else "",
        }
        return links | {name: path for name, path in phones.items() if path}

    def _tick_forever(self, work: Callable[[], int]) -> None:
        ticker = threading.Thread(target=self._ticks, args=(work,), name="ticker", daemon=True)
        self._tickers.append(ticker)
        ticker.start()

    def _ticks(self, work: Callable[[], int]) -> None:
        trouble = ""
        while not self._stop.wait(TICK_SECONDS):
            try:
                work()
                trouble = ""
            except Exception as error:  # noqa: BLE001 - a full disk must not stop the clock; said once, tried on
                if trouble != repr(error):
                    logs.error("a tick failed; trying on", exc_info=True)
                trouble = repr(error)


def _addressed(settings: Settings, url: str) -> Settings:
    """Settings with this system's own address where none was chosen."""
    ours: dict[str, Any] = {"public_url": url, "receipt_mail_domain": "receipts.localhost"}
    ours |= {"daraja_url": f"{url}/safaricom", "airtel_url": f"{url}/airtel"}
    if "daraja_url" not in settings.model_fields_set or settings.daraja_url == ours["daraja_url"]:
        ours |= _simulated_initiator(settings)
    return settings.model_copy(update={k: v for k, v in ours.items() if k not in settings.model_fields_set})


def _simulated_initiator(settings: Settings) -> dict[str, Any]:
    """Who may send money at the simulated Safaricom, and its certificate: a file beside its other facts."""
    return {
        "daraja_initiator": "hesabu",
        "daraja_initiator_password": SecretStr("simulated-initiator"),
        "daraja_certificate": str(data_folder(settings) / "safaricom.pem"),
    }


def _without_secrets(url: str) -> str:
    """A store's address without the user and password that it may carry."""
    parts = urlsplit(url)
    return url.replace(f"{parts.netloc}", parts.netloc.rsplit("@", 1)[-1]) if "@" in parts.netloc else url


def _safaricom(settings: Settings, clock: Clock, ids: Ids, callback_seconds: float) -> Any:
    """Simulated Safaricom with these credentials; its truth outlives our crashes in a file of its own."""
    from local.safaricom import Merchant, Options, State, build_safaricom
    from local.safaricom.certificate import certificate_pem

    merchant = Merchant(
        key=settings.daraja_key,
        secret=settings.daraja_secret.get_secret_value(),
        shortcode=settings.daraja_shortcode,
        passkey=settings.daraja_passkey.get_secret_value(),
        till=settings.daraja_till,
        initiator=settings.daraja_initiator,
        initiator_password=settings.daraja_initiator_password.get_secret_value(),
    )
    state = State(data_folder(settings) / "safaricom.db")
    (data_folder(settings) / "safaricom.pem").write_text(certificate_pem(state))
    options = Options(callback_seconds=callback_seconds)
    return build_safaricom(state, clock, ids=ids, merchants=[merchant], options=options)


def _airtel(settings: Settings, clock: Clock, ids: Ids, callback_seconds: float) -> Any:
    """Simulated Airtel with these credentials, and our callback address as its portal would know it."""
    from local.airtel import Merchant, Options, build_airtel
    from local.safaricom import State
    from shared.payments.airtel_notices import callback_address

    merchant = Merchant(
        key=settings.airtel_key,
        secret=settings.airtel_secret.get_secret_value(),
        callback_url=callback_address(settings),
        callback_key=settings.airtel_callback_key.get_secret_value(),
    )
    state = State(data_folder(settings) / "airtel.db")
    options = Options(callback_seconds=callback_seconds)
    return build_airtel(state, clock, ids=ids, merchant=merchant, options=options)


def _readers(settings: Settings, clock: Clock) -> Any:
    """Simulated Vision and Gemini: whoever sets their addresses to ours wants to try them without Google."""
    from local.readers import build_readers
    from local.safaricom import State

    state = State(data_folder(settings) / "readers.db")
    return build_readers(state, clock, key=settings.gemini_key.get_secret_value())
