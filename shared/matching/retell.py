"""The case that a decision was made on, kept beside it: enough to decide again and get the same."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from shared.matching.decide import DecisionRules, decide
from shared.matching.explain import as_record
from shared.matching.model import Case, CustomerFacts, Decision, InvoiceFacts, Mention, PaymentFacts
from shared.matching.policy import AllocationRules

MOST_BYTES = 100_000
"""A case that says more is not kept: its decision stands with its reasons alone."""


def kept(case: Case, rules: DecisionRules, model: str) -> str:
    """Case and rules as JSON text, "" when they are too much to keep.

    Args:
        model: the version that decided: rules may leave it to whatever is current.
    """
    text = json.dumps(
        {
            "payment": asdict(case.payment),
            "customers": [asdict(one) for one in case.customers],
            "mentions": [asdict(one) for one in case.mentions],
            "invoices": [asdict(one) for one in case.invoices],
            "opened": {who: [asdict(one) for one in owed] for who, owed in case.opened.items()},
            "payers": case.payers,
            "held": sorted(case.held),
            "otherwise": sorted(case.otherwise),
            "vetoed": sorted(case.vetoed),
            "rules": {**asdict(rules), "model": model},
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return text if len(text.encode()) <= MOST_BYTES else ""


def retold(text: str) -> tuple[Case, DecisionRules]:
    """What ``kept`` kept."""
    said: dict[str, Any] = json.loads(text)
    case = Case(
        payment=PaymentFacts(**said["payment"]),
        customers=tuple(
            CustomerFacts(**{**one, "phones": tuple(one["phones"])}) for one in said["customers"]
        ),
        mentions=tuple(Mention(**{**one, "span": tuple(one["span"])}) for one in said["mentions"]),
        invoices=tuple(InvoiceFacts(**one) for one in said["invoices"]),
        opened={who: tuple(InvoiceFacts(**one) for one in owed) for who, owed in said["opened"].items()},
        payers=said["payers"],
        held=frozenset(said["held"]),
        otherwise=frozenset(said["otherwise"]),
        vetoed=frozenset(said["vetoed"]),
    )
    allocation = said["rules"].pop("allocation")
    tolerances = AllocationRules(
        **{**allocation, "withholding_milli": tuple(allocation["withholding_milli"])}
    )
    return case, DecisionRules(**said["rules"], allocation=tolerances)


def decided_again(text: str) -> Decision:
    """What today's code decides of a kept case; raises Invalid ``model_unknown`` for a model that is gone."""
    return decide(*retold(text))


def same(record: dict[str, Any], again: Decision) -> bool:
    """Whether a stored decision is what the engine says of its case; one held when posting was asked."""
    told = as_record(again)
    names = ("confidence_milli", "links", "customer_id", "candidates", "rival")
    verdicts = {told["decision"], "review"} if "held" in _codes(record) else {told["decision"]}
    return record["decision"] in verdicts and all(record[name] == told[name] for name in names)


def _codes(record: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in record["reasons"]}
