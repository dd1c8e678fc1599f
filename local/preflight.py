"""What is wrong with settings beyond their form, found before anything is served: one line for each fault.

shared/core/settings.py refuses what it can see by itself. Here parts are built that the first request to need
them would build, and the store, the bus and the bucket are asked for something harmless.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from shared.core.addresses import is_public
from shared.core.errors import HesabuError, Invalid, NotFound
from shared.events import SYSTEM
from shared.store import Key

if TYPE_CHECKING:
    from shared.app import App
    from shared.core.settings import Settings

SECONDS = 15.0
"""How long store, bus and bucket may take together; clients give up on a dead address after about ten."""
_NOTHING = Key("businesses", "preflight")
"""A document that never exists: asking for it costs one read and writes nothing."""


def faults(app: App, seconds: float = SECONDS) -> list[str]:
    """Everything that is wrong, each line beginning with the name of its setting; [] when nothing is."""
    return [*unusable(app), *unreachable(app, seconds)]


def check(app: App, seconds: float = SECONDS) -> None:
    """Raises Invalid ``settings_invalid`` with every fault in one line."""
    if found := faults(app, seconds):
        raise Invalid("settings_invalid", "; ".join(found))


def unusable(app: App) -> list[str]:
    """Faults that show when a part is built; no connection is made."""
    parts = (lambda: app.sms, lambda: app.email, lambda: app.engines)
    real = app.settings.daraja_initiator and is_public(app.settings.daraja_url)
    initiator = filter(None, [_fault(lambda: _credential(app))] if real else [])
    return [*missing_credentials(app.settings), *initiator, *filter(None, (_fault(part) for part in parts))]


def _credential(app: App) -> str:
    """What money is sent with: a certificate that ended is found here, not by the first payout."""
    from shared.payments.gateways.daraja.initiator import Credentials, Initiator

    settings = app.settings
    password = settings.daraja_initiator_password.get_secret_value()
    given = Initiator(settings.daraja_initiator, password, settings.daraja_certificate)
    return Credentials(given, app.clock).encrypted()


def missing_credentials(settings: Settings) -> list[str]:
    """What Safaricom's own Daraja asks for; the simulated one takes what it is given."""
    if not is_public(settings.daraja_url):
        return []
    given = {
        "DARAJA_KEY": settings.daraja_key,
        "DARAJA_SECRET": settings.daraja_secret.get_secret_value(),
        "DARAJA_PASSKEY": settings.daraja_passkey.get_secret_value(),
    }
    return [f"{name}: is missing, and DARAJA_URL asks for it" for name, value in given.items() if not value]


def unreachable(app: App, seconds: float = SECONDS) -> list[str]:
    """Which of store, bus and bucket cannot be used; asked at once, answered within ``seconds`` in all."""
    questions: Mapping[str, Callable[[], object]] = {
        "STORE_URL": lambda: app.store.get(SYSTEM, _NOTHING),
        "BUS_URL": lambda: app.bus,
        "BLOB_URL": lambda: app.blobs.size("receipts/preflight/none"),
    }
    answers = [_Answer(name, ask) for name, ask in questions.items()]
    until = time.monotonic() + seconds
    return [fault for answer in answers if (fault := answer.within(until - time.monotonic()))]


class _Answer:
    """A question asked in a thread of its own, because a client that hangs must not hang the start."""

    def __init__(self, setting: str, ask: Callable[[], object]) -> None:
        self._setting, self._ask = setting, ask
        self._fault = "no answer in time"
        self._thread = threading.Thread(target=self._run, name=f"preflight {setting}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._fault = _fault(self._ask)
        except Exception as error:  # noqa: BLE001 - whatever it is, the operator is told which setting it is about
            self._fault = f"cannot be used ({type(error).__name__})"

    def within(self, seconds: float) -> str:
        """The fault with the name of its setting, "" for none."""
        self._thread.join(max(0.0, seconds))
        named = self._fault.startswith(f"{self._setting}:") or not self._fault
        return self._fault if named else f"{self._setting}: {self._fault}"


def _fault(ask: Callable[[], object]) -> str:
    """What an adapter or a part says is wrong, "" when it answers, be it that there is no such thing."""
    try:
        ask()
    except NotFound:
        return ""
    except HesabuError as error:
        return error.message
    except OSError as error:
        return f"cannot be used ({error.strerror or type(error).__name__})"
    return ""
