"""Everything that an end-to-end scenario may leave behind, in names that do not change from run to run.

Receipts are called R1, R2 … in the order in which the money really moved, the provider's request ids Q1, Q2
and so on, the invoice INV and the customer CUS.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.e2e.world import World

Legs = dict[str, int]


@dataclass(frozen=True)
class Left:
    """What a scenario leaves: equal to the table's expectation, or the test fails.

    Args:
        attempts: state and failure of each, oldest first.
        payments: id, status, channel, matching, cents and the kinds of evidence, in order of arrival.
        journal: entry id -> legs, without the entry that issued the invoice.
        invoice: status and balance in cents.
        messages: template and recipient of each that was sent.
        review: status and reason of each review item.
        prompts: how many prompts the phone was shown.
    """

    attempts: list[tuple[str, str]]
    payments: list[tuple[str, str, str, str, int, str]] = field(default_factory=list)
    journal: dict[str, Legs] = field(default_factory=dict)
    invoice: tuple[str, int] = ("open", 116_000)
    messages: list[tuple[str, str]] = field(default_factory=list)
    review: list[tuple[str, str]] = field(default_factory=list)
    prompts: int = 1


def left_by(world: World, more_names: dict[str, str] | None = None) -> Left:
    """Read it all back; asserts what always holds: books in balance, nothing stuck, no dead letter.

    Args:
        more_names: what other providers' ids are called.
    """
    assert world.trial_balance() == {"KES": 0}
    assert world.system.status()["totals"] == {"waiting": 0, "in_flight": 0, "dead": 0}
    assert world.docs("dead_letters", "recorded_at") == []
    names = {**(more_names or {}), **_names(world)}
    journal = {named(names, i): {named(names, a): c for a, c in legs.items()} for i, legs in world.ledger()}
    assert journal.pop("issue-INV") == {"ar:INV": 116_000, "sales": -100_000, "vat:output": -16_000}
    invoice = world.doc("invoices", world.invoice_id)
    return Left(
        attempts=[(a.data["status"], a.data["failure"]) for a in world.docs("attempts", "created_on")],
        payments=[_payment(names, p.id, p.data) for p in world.docs("payments", "paid_at")],
        journal=journal,
        invoice=(invoice["status"], invoice["balance_cents"]),
        messages=sorted((m.data["template"], m.data["recipient"]) for m in _sent(world)),
        review=sorted((r["status"], r["reasons"][0]) for s in ("open", "done") for r in _review(world, s)),
        prompts=len(world.system.safaricom.sim.state.all("push")),
    )


def named(names: dict[str, str], text: str) -> str:
    """``text`` with every changing id replaced."""
    for identity, name in names.items():
        text = text.replace(identity, name)
    return text


def _names(world: World) -> dict[str, str]:
    pushes = [identity for identity, _ in world.system.safaricom.sim.state.all("push")]
    receipts = [transaction.receipt for transaction in world.true_ledger()]
    names = {identity: f"Q{n}" for n, identity in enumerate(pushes, 1)}
    names |= {receipt: f"R{n}" for n, receipt in enumerate(receipts, 1)}
    return {**names, world.invoice_id: "INV", world.customer_id: "CUS"}


def _payment(
    names: dict[str, str], identity: str, data: dict[str, Any]
) -> tuple[str, str, str, str, int, str]:
    kinds = " ".join(line["kind"] for line in data["evidence"])
    ids = f"{named(names, identity)}/{named(names, data['receipt'])}"
    return ids, data["status"], data["channel"], data["matching"], data["amount_cents"], kinds


def _sent(world: World) -> list[Any]:
    messages = world.docs("messages", "created_on")
    assert all(m.data["status"] == "sent" for m in messages), [m.data for m in messages]
    return messages


def _review(world: World, status: str) -> list[dict[str, Any]]:
    return list(world.get(f"/v1/review?status={status}")["data"])
