"""The case that a decision was made on, kept beside it: enough to decide again and get the same."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from shared.core.errors import Invalid
from shared.matching.decide import DecisionRules, decide, held_back
from shared.matching.explain import as_record
from shared.matching.model import Case, CustomerFacts, Decision, InvoiceFacts, Mention, PaymentFacts
from shared.matching.policy import AllocationRules

FORM = 1
"""Raised when the facts of a case change their shape: what was kept in another form is not guessed at."""
MOST_BYTES = 100_000
"""A case that says more is not kept: its decision stands with its reasons alone."""


def kept(case: Case, rules: DecisionRules, model: str) -> str:
    """Case and rules as JSON text, "" when they are too much to keep.

    Args:
        model: the version that decided: rules may leave it to whatever is current.
    """
    text = json.dumps(
        {
            "form": FORM,
            "payment": _fields(case.payment),
            "customers": [*map(_fields, case.customers)],
            "mentions": [*map(_fields, case.mentions)],
            "invoices": [*map(_fields, case.invoices)],
            "opened": {who: [*map(_fields, owed)] for who, owed in case.opened.items()},
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


def _fields(facts: PaymentFacts | CustomerFacts | Mention | InvoiceFacts) -> dict[str, Any]:
    """Name and value of each field: facts are flat, so that nothing in them needs to be copied."""
    return {name: getattr(facts, name) for name in facts.__slots__}


def retold(text: str) -> tuple[Case, DecisionRules]:
    """What ``kept`` kept; raises Invalid ``case_unknown`` for a case in another form."""
    said: dict[str, Any] = json.loads(text)
    if said.get("form") != FORM:
        raise Invalid("case_unknown", "the case was kept by another version of the product")
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


def decided_again(record: dict[str, Any]) -> Decision:
    """What the engine makes of a stored decision's case; held where a hold was found when posting.

    Raises Invalid ``model_unknown`` for a model that is gone, ``case_unknown`` for another form of cases.
    """
    again = decide(*retold(record["case"]))
    late = again.verdict == "auto" and [reason["code"] for reason in record["reasons"][:1]] == ["held"]
    return held_back(again) if late else again


def same(record: dict[str, Any], again: Decision) -> bool:
    """Whether a stored decision is, in every part of it, what the engine says of its case."""
    return all(record[name] == told for name, told in as_record(again).items())
