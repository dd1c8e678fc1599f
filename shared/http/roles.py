"""Who may do what: one table of roles, deny by default. A route names the set that may call it."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["owner", "admin", "accountant", "cashier", "viewer", "service"]
ROLES: frozenset[str] = frozenset(get_args(Role))

EVERYONE: frozenset[str] = frozenset()
"""No token at all: login, callbacks with their own proof, health."""

OWNERS = frozenset({"owner", "admin"})
MANAGERS = OWNERS | {"accountant"}
"""May say what money is for: match, undo, finalise, void."""
MONEY = MANAGERS | {"cashier", "service"}
"""May ask payers for money."""
WRITERS = MANAGERS | {"cashier", "service"}
"""May add customers, invoices, receipts and expenses."""
READERS = ROLES
