"""The collections of this room, and what others keep that it reads."""

from __future__ import annotations

from shared.store import Key

ATTEMPTS, CALLBACKS, PAYMENTS, PAYOUTS = "attempts", "callbacks", "payments", "payouts"
PAYOUTS_WAITING = "payouts_waiting"
"""Which payouts nobody had decided when they were asked for, and when the approvers are reminded."""
REVERSALS = "reversals"
"""Told before their payments; applied by the sweep when those have come."""
STANDING_ORDERS, BILLS = "standing_orders", "bills"
PROFILE = Key("profile", "business")
CUSTOMERS, INVOICES = "customers", "invoices"
PAYMENT_LINKS, SUBSCRIPTIONS, RUNS = "payment_links", "subscriptions", "runs"
