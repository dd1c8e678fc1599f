"""Who may let a payout go out, and what they are told of one that waits for them."""

from __future__ import annotations

from shared.core.phone import mask
from shared.http.roles import MANAGERS
from shared.messages import catalogue, facts, recipients
from shared.messages.delivery import Notice
from shared.messages.model import Address
from shared.messages.ports import Ports
from shared.messages.records import profile_of
from shared.store import Data, Doc, Query

MOST = 20
"""People of one business who are told of a payout."""


def ask_approval(ports: Ports, business: str, payout: Doc) -> list[Notice]:
    """One notice for each person who may approve a payout, or for the business when it lists nobody else."""
    profile = profile_of(ports, business)
    members = {doc.id: doc.data for doc in ports.store.all(business, Query("members"))}
    language = recipients.language_of(profile)
    asked_by = members.get(payout.data["created_by"], {})
    values = {
        "business": recipients.business_name(profile),
        "amount": facts.money(payout.data["amount_cents"], payout.data["currency"]),
        "phone": mask(payout.data["phone"]) if payout.data["phone"] else facts.unsure(language),
        "purpose": payout.data["purpose"],
        "asked_by": str(asked_by.get("email") or facts.unsure(language)),
        "reference": payout.data["reference"] or "-",
    }
    subject, sender = f"payouts/{payout.id}", recipients.sender(profile)
    chains = _approvers(members, payout.data["created_by"]) or [recipients.owner(profile)]
    return [
        Notice(catalogue.PAYOUT_WAITS, subject, values, language, sender, chain) for chain in chains[:MOST]
    ]


def _approvers(members: dict[str, Data], asked_by: str) -> list[tuple[Address, ...]]:
    """How to reach each who may approve; nobody is asked to approve what they asked for."""
    able = (data for user, data in members.items() if user != asked_by and data["role"] in MANAGERS)
    chains = (recipients.member(data) for data in able)
    return [chain for chain in chains if chain]
