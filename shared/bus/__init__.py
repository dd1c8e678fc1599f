"""Events on their way: the port, the outbox that makes publishing part of a commit, and consumers."""

from shared.bus.consume import Consumer
from shared.bus.outbox import Outbox, emit
from shared.bus.port import Bus

__all__ = ["Bus", "Consumer", "Outbox", "emit"]
