"""Simulated Safaricom: Daraja's real paths and payloads over a small honest ledger, with faults on demand."""

from local.safaricom.app import Safaricom, build_safaricom
from local.safaricom.faults import FAULTS, Fault, add_fault
from local.safaricom.model import Merchant, Options
from local.safaricom.sim import Answer
from local.safaricom.state import State
from local.safaricom.timer import Timer

__all__ = [
    "FAULTS",
    "Answer",
    "Fault",
    "Merchant",
    "Options",
    "Safaricom",
    "State",
    "Timer",
    "add_fault",
    "build_safaricom",
]
