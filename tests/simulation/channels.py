"""The SMS and e-mail providers: they send what they are given, each time, and do not always say so."""

from __future__ import annotations

from collections import Counter

from shared.messages.model import Failed, Message, Outcome, Sent, Unknown
from tests.simulation.faults import Faults
from tests.simulation.kernel import Kernel


class SimulatedChannel:
    """A message channel; ``sent`` counts what really went out, by message id."""

    def __init__(self, kernel: Kernel, faults: Faults, name: str) -> None:
        self._kernel = kernel
        self._faults = faults
        self._name = name
        self.sent: Counter[str] = Counter()
        self.told: list[Message] = []

    def send(self, message: Message) -> Outcome:
        return self._kernel.step(f"{self._name} {message.id}", lambda: self._send(message))

    def _send(self, message: Message) -> Outcome:
        if self._faults.hit("message_refused"):
            return Failed("throttled", retryable=True)
        if self._faults.hit("message_bounced"):
            return Failed("blacklisted")
        silent = self._faults.hit("message_unknown")
        if silent and self._faults.random.random() < 0.5:
            return Unknown("timeout")
        self.sent[message.id] += 1
        self.told.append(message)
        return Unknown("timeout") if silent else Sent(f"ATX{len(self.told)}")
