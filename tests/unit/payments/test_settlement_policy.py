"""How much proof a business wants: over HTTP, in the commits of payments, and where callbacks came from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from shared.core.errors import Invalid
from shared.http.auth import Actor
from shared.payments.api import api
from shared.payments.evidence import Address, keep
from shared.payments.gateways.port import QueryAnswer
from shared.payments.grades import enough
from shared.payments.policy import SettlementPolicy, read_policy
from shared.payments.pulling import _plan_next, _prove_all
from shared.payments.settlement import apply_notice, apply_to_attempt, process_callback, prove
from shared.payments.sources import source_of
from shared.store import Data, Doc, Key
from tests.unit.payments.collecting import CENTS, RECEIPT, Desk, evidence, stk_body

PATH = "/v1/settlement-policy"
PROFILE = Key("profile", "business")
SAFE = {"trust_callback_cents": 0, "two_proofs_from_cents": None, "unproven": "review"}


def call(desk: Desk, method: str, body: Any = None, role: str = "owner") -> tuple[int, dict[str, Any]]:
    token = desk.tokens.issue(Actor("usr_owner", desk.business, role))
    environ = EnvironBuilder(
        method=method, path=PATH, headers={"Authorization": f"Bearer {token}"}, json=body
    ).get_environ()
    answer = api.serve(desk, Request(environ))
    return answer.status_code, json.loads(answer.get_data())


def furnish(desk: Desk, **policy: Any) -> None:
    desk.store.put(desk.business, PROFILE, {"name": "D", **policy})


def payment(desk: Desk, receipt: str = RECEIPT) -> Data:
    return desk.doc("payments", f"mpesa-{receipt}")


# --- over HTTP
def test_a_business_that_never_chose_trusts_nothing(desk: Desk) -> None:
    assert call(desk, "GET") == (200, {"object": "settlement_policy", **SAFE, "changes": []})


def test_a_change_holds_is_kept_with_who_made_it_and_is_written_once(desk: Desk) -> None:
    furnish(desk, shortcode="174379")
    new = {"trust_callback_cents": 10_000, "two_proofs_from_cents": 5_000_000, "unproven": "set_aside"}
    for _ in range(2):
        status, answer = call(desk, "PUT", {**new, "note": "as agreed with the bank"}, role="admin")
        assert status == 200, answer
    assert call(desk, "GET", role="accountant")[1] == answer
    (change,) = answer["changes"]
    assert {k: answer[k] for k in new} == new == change["after"]
    assert (change["before"], change["by"], change["note"]) == (SAFE, "usr_owner", "as agreed with the bank")
    assert desk.store.require(desk.business, PROFILE).data["shortcode"] == "174379", "the rest stays"
    call(desk, "PUT", {**SAFE, "note": "back again"})
    assert [c["after"] for c in call(desk, "GET")[1]["changes"]] == [SAFE, new]


@pytest.mark.parametrize(
    ("role", "read", "change"),
    [("owner", 200, 200), ("admin", 200, 200), ("accountant", 200, 403), ("cashier", 403, 403),
     ("viewer", 403, 403), ("service", 403, 403)],
)  # fmt: skip
def test_who_may_read_and_who_may_change_it(desk: Desk, role: str, read: int, change: int) -> None:
    furnish(desk)
    assert call(desk, "GET", role=role)[0] == read
    assert call(desk, "PUT", {**SAFE, "note": "as it was"}, role=role)[0] == change


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"trust_callback_cents": -1}, "/trust_callback_cents"),
        ({"trust_callback_cents": 10.5}, "/trust_callback_cents"),
        ({"trust_callback_cents": 25_000_001}, "/trust_callback_cents"),
        ({"two_proofs_from_cents": 0}, "/two_proofs_from_cents"),
        ({"trust_callback_cents": 100, "two_proofs_from_cents": 100}, "/trust_callback_cents"),
        ({"unproven": "forget"}, "/unproven"),
        ({"note": ""}, "/note"),
        ({"name": "Mallory"}, "/name"),
    ],
)
def test_a_policy_that_makes_no_sense_is_explained_and_changes_nothing(
    desk: Desk, wrong: Data, pointer: str
) -> None:
    furnish(desk)
    status, answer = call(desk, "PUT", {**SAFE, "note": "a good reason", **wrong})
    assert (status, [error["pointer"][: len(pointer)] for error in answer["errors"]]) == (422, [pointer])
    assert desk.store.require(desk.business, PROFILE).data == {"name": "D"}


def test_a_business_without_a_profile_cannot_keep_one(desk: Desk) -> None:
    assert call(desk, "PUT", {**SAFE, "note": "a good reason"})[0] == 404


def test_a_profile_that_was_written_by_hand_and_wrongly_trusts_nothing(desk: Desk) -> None:
    for odd in ({"trust_callback_cents": -5}, {"unproven": "?"}, {"trust_callback_cents": "10"}):
        doc = Doc(PROFILE, {"name": "D", **odd}, "", 1, "", "")
        assert read_policy(desk, doc) == SettlementPolicy()
    generous = desk.settings.model_copy(update={"settle_without_proof_cents": 900})
    desk.settings = generous
    assert read_policy(desk, None).trust_callback_cents == 900
    asked = Doc(PROFILE, {"name": "D", "two_proofs_from_cents": 500}, "", 1, "", "")
    assert read_policy(desk, asked).trust_callback_cents == 499


# --- two proofs
def test_large_money_of_a_prompt_waits_for_query_and_list_in_any_order(desk: Desk) -> None:
    furnish(desk, two_proofs_from_cents=CENTS)
    for number, order in enumerate((("query", "list"), ("list", "query"))):
        desk.business = f"biz_{number}"
        furnish(desk, two_proofs_from_cents=CENTS)
        attempt = desk.ask()
        apply_to_attempt(desk, desk.business, attempt, evidence("callback"), "callback")
        for step in order:
            assert (payment(desk)["status"], desk.docs("journal", "recorded_at")) == ("claimed", [])
            if step == "query":
                apply_to_attempt(desk, desk.business, attempt, evidence("query"), "query")
            else:
                prove(desk, desk.business, evidence("pull"), "pull")
        assert (payment(desk)["status"], payment(desk)["proofs"]) == ("settled", ["pull", "query"])
        assert desk.doc("attempts", attempt)["status"] == "succeeded"


def test_below_the_threshold_and_for_money_nobody_asked_for_one_proof_is_enough(desk: Desk) -> None:
    furnish(desk, two_proofs_from_cents=CENTS + 1)
    apply_to_attempt(desk, desk.business, desk.ask(), evidence("query"), "query")
    assert [p["status"] for p in desk.docs("payments", "paid_at")] == ["settled"]
    furnish(desk, two_proofs_from_cents=1)
    prove(desk, desk.business, evidence("pull", receipt="UC2ZZZ9999", account="OTHER"), "pull-2")
    assert payment(desk, "UC2ZZZ9999")["status"] == "settled"


def test_two_lists_are_two_proofs_and_one_list_twice_is_one() -> None:
    policy = SettlementPolicy(two_proofs_from_cents=100)
    money: Data = {"amount_cents": 100, "attempt_id": "att_1", "proofs": ["pull"]}
    assert not enough(policy, money)
    assert enough(policy, {**money, "proofs": ["pull", "statement"]})
    assert not enough(policy, {**money, "proofs": ["query"]})
    assert enough(policy, {**money, "amount_cents": 99})


def test_one_proof_of_two_becomes_a_question_that_says_so(desk: Desk) -> None:
    furnish(desk, two_proofs_from_cents=CENTS)
    attempt = desk.ask()
    apply_to_attempt(desk, desk.business, attempt, evidence("callback"), "callback")
    apply_to_attempt(desk, desk.business, attempt, evidence("query"), "query")
    run_out(desk)
    assert (payment(desk)["status"], payment(desk)["doubts"]) == ("review", ["one_proof_of_two"])
    prove(desk, desk.business, evidence("pull"), "pull")
    assert (payment(desk)["status"], desk.doc("attempts", attempt)["status"]) == ("settled", "succeeded")


def run_out(desk: Desk, receipt: str = RECEIPT) -> None:
    """The plan of asking for proof comes to its end."""
    for _ in range(12):
        _plan_next(desk, desk.business, Key("payments", f"mpesa-{receipt}"))


# --- what becomes of the unproven
@pytest.mark.parametrize(
    ("unproven", "status", "questions"), [("review", "review", 1), ("set_aside", "reversed", 0)]
)
def test_money_nobody_asked_for_that_no_list_shows(
    desk: Desk, unproven: str, status: str, questions: int
) -> None:
    furnish(desk, unproven=unproven)
    apply_notice(desk, desk.business, evidence("c2b"), "c2b")
    run_out(desk)
    assert payment(desk)["status"] == status
    assert len(desk.events("payment.review.v1")) == questions
    _prove_all(desk, desk.business, [evidence("pull")])
    assert payment(desk)["status"] == "settled", "a list that shows it after all books it"


def test_claimed_money_of_a_prompt_is_never_put_aside_unasked(desk: Desk) -> None:
    furnish(desk, unproven="set_aside")
    apply_to_attempt(desk, desk.business, desk.ask(), evidence("callback"), "callback")
    run_out(desk)
    assert (payment(desk)["status"], payment(desk)["doubts"]) == ("review", ["never_proven"])


# --- grades and warnings
def test_a_list_lifts_what_was_booked_on_trust_and_then_says_nothing_new(desk: Desk) -> None:
    furnish(desk, trust_callback_cents=CENTS)
    apply_to_attempt(desk, desk.business, desk.ask(), evidence("callback"), "callback")
    assert (payment(desk)["status"], payment(desk)["grade"]) == ("settled", "claimed")
    assert [_prove_all(desk, desk.business, [evidence("pull")]) for _ in range(3)] == [1, 0, 0]
    assert payment(desk)["grade"] == "verified"


def test_an_odd_receipt_is_a_warning_on_the_payment_and_refuses_nothing(desk: Desk) -> None:
    odd = evidence("pull", receipt="TC2ABC1234")
    prove(desk, desk.business, odd, "pull")
    stored = payment(desk, "TC2ABC1234")
    assert (stored["status"], stored["warnings"]) == ("settled", ["receipt_day_differs"])
    prove(desk, desk.business, evidence("pull", account="X"), "pull-2")
    assert payment(desk)["warnings"] == []


# --- sources
LISTED = "196.201.212.0/24, 196.201.214.200"


@pytest.mark.parametrize(
    ("sources", "hops", "forwarded", "source"),
    [
        ("", 0, "196.201.212.69", "unknown"),
        (LISTED, 0, "196.201.212.69", "known"),
        (LISTED, 0, "196.201.214.200", "known"),
        (LISTED, 0, "196.201.214.201", "unlisted"),
        (LISTED, 0, "196.201.212.69, 203.0.113.9", "unlisted"),
        (LISTED, 1, "196.201.212.69, 34.1.2.3", "known"),
        (LISTED, 1, "196.201.212.69, 203.0.113.9, 34.1.2.3", "unlisted"),
        (LISTED, 1, "196.201.212.69", "unlisted"),
        (LISTED, 0, "", "unlisted"),
        (LISTED, 0, None, "unlisted"),
        (LISTED, 0, "196.201.212.69:443", "unlisted"),
        ("2c0f:fe38::/32", 0, "2c0f:fe38::1", "known"),
    ],
)
def test_only_our_own_proxies_say_where_a_callback_came_from(
    desk: Desk, sources: str, hops: int, forwarded: str | None, source: str
) -> None:
    told = desk.settings.model_copy(update={"callback_sources": sources, "callback_hops": hops})
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert source_of(told, headers) == source


@pytest.mark.parametrize(
    ("forwarded", "source", "status"),
    [("196.201.212.69", "known", "settled"), ("203.0.113.9", "unlisted", "claimed")],
)
def test_an_unlisted_callback_is_kept_and_never_settles_without_proof(
    desk: Desk, forwarded: str, source: str, status: str
) -> None:
    furnish(desk, trust_callback_cents=CENTS)
    desk.settings = desk.settings.model_copy(update={"callback_sources": LISTED})
    attempt = desk.ask()
    address = Address("stk", desk.business, attempt)
    kept = keep(desk, address, stk_body(), {"x-forwarded-for": forwarded})
    assert desk.doc("callbacks", kept)["source"] == source
    process_callback(desk, desk.business, kept)
    assert payment(desk)["status"] == status
    assert payment(desk)["evidence"][0]["source"] == source
    desk.gateway.to_query = QueryAnswer(evidence("query"))
    again = keep(desk, address, stk_body() + b" ", {"x-forwarded-for": forwarded})
    process_callback(desk, desk.business, again)
    assert payment(desk)["status"] == "settled", "proof is proof, wherever the callback came from"


@pytest.mark.parametrize(
    "wrong", ["196.201.212.0/33", "safaricom.co.ke", "196.201.212.69;", "196.201.212.69,"]
)
def test_a_list_of_sources_that_cannot_be_read_stops_the_start(wrong: str) -> None:
    from pydantic import ValidationError

    from shared.core.settings import Settings

    with pytest.raises(ValidationError, match="networks with commas"):
        Settings.model_validate(
            {"auth_secret": "a" * 32, "callback_secret": "c" * 32, "callback_sources": wrong}
        )


def test_a_policy_says_which_field_contradicts_which() -> None:
    with pytest.raises(Invalid) as refused:
        SettlementPolicy(trust_callback_cents=100, two_proofs_from_cents=100)
    assert [fault.pointer for fault in refused.value.errors] == ["/trust_callback_cents"]
