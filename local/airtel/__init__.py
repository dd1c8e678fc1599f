"""Simulated Airtel Money Kenya: the real paths and payloads over an honest ledger, with faults on demand."""

from local.airtel.app import Airtel, build_airtel
from local.airtel.faults import FAULTS, Fault, add_fault
from local.airtel.model import Merchant, Options

__all__ = ["FAULTS", "Airtel", "Fault", "Merchant", "Options", "add_fault", "build_airtel"]
