"""How much proof a business wants before money is credited; kept in its profile, changed by its owner.

Payments look at it with ``Tx.peek``: a change holds for whatever is looked at after it, and no payment waits
for the one document that all of them read.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from shared.core import logs
from shared.core.errors import FieldError, Invalid
from shared.payments.places import PROFILE
from shared.payments.ports import Ports
from shared.store import Data, Doc, Key, Tx

Unproven = Literal["review", "set_aside"]
MOST_CENTS = 10**12
KEPT_CHANGES = 50
CHANGES = Key("profile", "settlement-policy-changes")
"""Who changed the policy, when and why; written in the commit of the change, the newest first."""


@dataclass(frozen=True, slots=True)
class SettlementPolicy:
    """When money is credited. The defaults credit nothing that is not proven, and lose nothing.

    Args:
        trust_callback_cents: up to this amount an unsigned callback or notice credits alone; 0 for never.
        two_proofs_from_cents: from this amount on, money of an attempt needs two different proofs, one of
            them the provider's list; None asks for one proof whatever the amount.
        unproven: what becomes of money that nobody asked for and no list shows within the hour: ``review``
            asks a person; ``set_aside`` puts it aside unbooked, unasked, until a list shows it after all.

    Raises Invalid ``policy_invalid`` for what contradicts itself.
    """

    trust_callback_cents: int = 0
    two_proofs_from_cents: int | None = None
    unproven: Unproven = "review"

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise Invalid("policy_invalid", "the settlement policy contradicts itself", faults)


def _faults(policy: SettlementPolicy) -> list[FieldError]:
    trust, two = policy.trust_callback_cents, policy.two_proofs_from_cents
    found = []
    if not 0 <= trust <= MOST_CENTS:
        found.append(FieldError("/trust_callback_cents", f"must be 0 to {MOST_CENTS}"))
    if two is not None and not 1 <= two <= MOST_CENTS:
        found.append(FieldError("/two_proofs_from_cents", f"must be 1 to {MOST_CENTS}, or null for never"))
    elif two is not None and trust >= two:
        found.append(FieldError("/trust_callback_cents", "must be below two_proofs_from_cents"))
    if policy.unproven not in get_args(Unproven):
        found.append(FieldError("/unproven", f"must be one of {', '.join(get_args(Unproven))}"))
    return found


def read_policy(ports: Ports, profile: Doc | None) -> SettlementPolicy:
    """The policy in a profile; what it does not say is as the settings of the installation have it."""
    said = profile.data if profile is not None else {}
    trust = said.get("trust_callback_cents", ports.settings.settle_without_proof_cents)
    two = said.get("two_proofs_from_cents")
    try:
        if two is not None:
            trust = min(trust, two - 1)  # an installation's setting undoes nothing a business asks for
        return SettlementPolicy(trust, two, said.get("unproven", "review"))
    except (Invalid, TypeError) as fault:  # written behind our back: nothing is lost for it, nor trusted
        logs.warn("the settlement policy cannot be read: nothing is trusted", why=str(fault))
        return SettlementPolicy()


def policy_in(ports: Ports, tx: Tx) -> SettlementPolicy:
    """The policy as it is now; a later change does not make this commit wait."""
    return read_policy(ports, tx.peek(PROFILE))


def puts_unproven_aside(tx: Tx) -> bool:
    """Whether announced money that no list shows is put aside without asking; no commit waits for it."""
    profile = tx.peek(PROFILE)
    return profile is not None and profile.data.get("unproven") == "set_aside"


def change_policy(ports: Ports, tx: Tx, new: SettlementPolicy, actor: str, note: str) -> Data:
    """Write a new policy whole, with who asked for it and what it was; returns the record of the change.

    Asking for what is so already leaves no second record. Raises NotFound for a business without profile.
    """
    profile = tx.require(PROFILE)
    before = read_policy(ports, profile)
    log = tx.get(CHANGES)
    changes = log.data["changes"] if log else []
    if changes and before == new:
        return dict(changes[0])
    record: Data = {"by": actor, "at": tx.now, "note": note, "before": asdict(before), "after": asdict(new)}
    tx.update(PROFILE, asdict(new))
    tx.put(CHANGES, {"changes": [record, *changes[: KEPT_CHANGES - 1]]})
    return record
