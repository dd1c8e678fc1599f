"""Assertions that stay on in production: what must hold whatever the callers do (reference: stores 6).

They cost nothing, because what they look at is read anyway; one that fails stops the commit, so that a fault
of ours becomes a dead letter or an error and never a wrong balance.
"""

from __future__ import annotations

from shared.core.errors import Permanent


def hold(condition: bool, what: str) -> None:
    """Raises Permanent ``invariant_broken`` unless the condition holds; ``what`` says what is broken."""
    if not condition:
        raise Permanent(f"the books would not hold: {what}", code="invariant_broken")
