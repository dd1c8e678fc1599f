"""Where receipts lie in the store; whoever lists them needs no engine."""

from __future__ import annotations

RECEIPTS = "receipts"
