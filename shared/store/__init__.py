"""Documents, transactions and queries over any store (reference: the contract in tests/contract)."""

from shared.store.model import Data, Doc, Index, Key, Once, Page, Query, Where
from shared.store.port import Store, Tx
from shared.store.stale import STALE

__all__ = ["STALE", "Data", "Doc", "Index", "Key", "Once", "Page", "Query", "Store", "Tx", "Where"]
