"""Every route of every function, called by nobody, by the wrong role, and with another business's ids.

The routes are collected from the functions, so that a new one is tried without a new test; a new kind of id
in a path or a body fails here until its document is furnished in ``two_businesses``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests
from pydantic import BaseModel

from local.functions import Functions
from local.topology import load_topology
from shared.core.clock import ManualClock
from shared.http.api import Route
from shared.http.auth import Actor, Tokens
from shared.http.roles import ROLES
from shared.payments.gateways.daraja.urls import callback_token
from tests.e2e.two_businesses import Shop, documents, two_shops

_FUNCTIONS = Functions(load_topology())
ROUTES: list[Route] = [
    route
    for function in _FUNCTIONS.topology.values()
    if function.paths
    for route in _FUNCTIONS.module(function.name).api.routes
]
PRIVATE = [route for route in ROUTES if not route.public]
CALLBACKS = [route for route in ROUTES if "token" in route.parameters]
LISTS = [route for route in PRIVATE if route.lists is not None and not route.parameters]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def each(routes: list[Route]) -> Any:
    return pytest.mark.parametrize("route", routes, ids=named)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    with two_shops(tmp_path_factory.mktemp("two")) as both:
        yield both


@pytest.fixture
def alpha(shops: tuple[Shop, Shop]) -> Shop:
    return shops[0]


@pytest.fixture
def bravo(shops: tuple[Shop, Shop]) -> Shop:
    return shops[1]


def fill(route: Route, values: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1], "none_such"), route.path)


def problem(answer: requests.Response, status: int, code: str = "") -> dict[str, Any]:
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["code"] == (code or body["code"])
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


# --- nobody
def forged(shop: Shop) -> dict[str, str]:
    """Authorization headers that prove nothing, by what is wrong with them."""
    system = shop.world.system
    now = int(system.clock.now().timestamp())
    good = {
        "sub": "usr_x",
        "biz": shop.business,
        "role": "owner",
        "iss": system.settings.auth_issuer,
        "aud": "hesabu-api",
        "iat": now,
        "exp": now + 600,
    }
    secret = system.settings.auth_secret.get_secret_value()

    def signed(key: str = secret, algorithm: str = "HS256", **changes: Any) -> str:
        claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
        return f"Bearer {jwt.encode(claims, key, algorithm=algorithm)}"

    header, body, signature = signed().removeprefix("Bearer ").split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return {
        "another scheme": "Basic dXNyOnB3",
        "no token": "Bearer ",
        "rubbish": "Bearer " + "x" * 40,
        "not base64": "Bearer a.b.c" + "-" * 30,
        "alg none": f"Bearer {none}.{body}.",
        "alg none, signature kept": f"Bearer {none}.{body}.{signature}",
        "signature cut off": f"Bearer {header}.{body}.",
        "claims changed": f"Bearer {header}.{body[:-4]}AAAA.{signature}",
        "another secret": signed(key="b" * 32),
        "another algorithm": signed(key=secret * 2, algorithm="HS512"),
        "the same secret, another algorithm": signed(algorithm="HS384", key=secret + secret[:16]),
        "expired": signed(exp=now),
        "no expiry": signed(exp=None),
        "expiry as text": signed(exp="tomorrow"),
        "foreign audience": signed(aud="somebody-else"),
        "no audience": signed(aud=None),
        "foreign issuer": signed(iss="https://accounts.example.com"),
        "unknown role": signed(role="root"),
        "no role": signed(role=None),
        "no business": signed(biz=None),
        "a business of no valid name": signed(biz="../biz_alpha"),
        "absurdly long": "Bearer " + "x" * 20_000,
    }


@each(PRIVATE)
def test_without_a_proven_caller_a_route_answers_401(route: Route, alpha: Shop) -> None:
    url = alpha.world.system.url + fill(route, alpha.ids)
    for why, header in {"no header": "", **forged(alpha)}.items():
        headers = {"Authorization": header, "Idempotency-Key": "k"} if header else {}
        answer = alpha.world.http.request(route.method, url, headers=headers, timeout=20)
        assert problem(answer, 401)["code"] in ("unauthorized", "token_expired"), why
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_counts_only_in_its_header(alpha: Shop) -> None:
    token = alpha.bearer()["Authorization"].removeprefix("Bearer ")
    url = alpha.world.system.url + "/v1/customers"
    for options in ({"params": {"access_token": token}}, {"cookies": {"access_token": token}}):
        problem(requests.get(url, timeout=20, **options), 401)  # type: ignore[arg-type]


def test_a_token_ends_with_its_time(alpha: Shop) -> None:
    system = alpha.world.system
    hour_ago = ManualClock(system.clock.now() - timedelta(minutes=system.settings.access_minutes))
    token = Tokens(system.settings, hour_ago).issue(Actor("usr_x", alpha.business, "owner"))
    answer = alpha.world.http.get(
        f"{system.url}/v1/customers", headers={"Authorization": f"Bearer {token}"}, timeout=20
    )
    problem(answer, 401, "token_expired")


# --- roles
@each(PRIVATE)
def test_a_role_may_do_what_the_route_says_and_nothing_else(route: Route, alpha: Shop) -> None:
    assert route.roles <= ROLES
    for role in sorted(ROLES):
        # no id, no key and no body: whoever is let in is then told what is missing, and nothing is changed
        answer = alpha.call(route.method, fill(route, {}), role=role)
        if role in route.roles:
            assert answer.status_code not in (401, 403), f"{role}: {answer.text}"
            assert answer.status_code < 500
        else:
            problem(answer, 403, "forbidden")


# --- another business's ids
BODIES: dict[str, Any] = {
    "accept_receipt": {},
    "categorise_receipt": {"category": "fuel"},
    "change_category": {"name": "Mine"},
    "change_customer": {"name": "Mallory"},
    "change_profile": {
        "profile": {
            "name": "Mine",
            "columns": {"date": ["D"], "details": ["T"], "debit": ["O"], "credit": ["I"]},
        }
    },
    "decide_payment": {"received": True, "note": "it is mine"},
    "decide_payout": {"sent": True, "note": "it is mine"},
    "decide_order": {"active": True, "note": "it is mine"},
    "read_again": {"account": "bank-mine"},
    "confirm_match": {},
    "correct_receipt": {"fields": {"merchant": "Mine"}},
    "link_receipt": {"original": "rcp_mine"},
    "match_payment": {"links": []},
    "answer_alert": {"verdict": "not_a_problem", "note": "it is mine"},
    "plan_instalments": {"parts": [{"due_date": "2026-04-01", "amount_cents": 100}]},
    "reject_payout": {"note": "it is mine"},
    "reject_receipt": {"note": "it is mine"},
    "replace_definition": {"name": "Mine", "kind": "ageing"},
    "rule_out_customer": {"customer_id": "cus_mine"},
    "undo": {},
    "undo_receipt": {},
    "unlink_receipt": {},
}
"""A body that the handler accepts, for routes with an id in the path."""


NOTHING_TO_SHOW = {"read_receipt_crop"}
"""Routes that answer 404 to the owner as well: the furnished receipt is a file that was refused."""


@each([route for route in PRIVATE if route.parameters])
def test_another_business_ids_in_a_path_do_not_exist(route: Route, alpha: Shop, bravo: Shop) -> None:
    missing = set(route.parameters) - set(alpha.ids)
    assert not missing, f"furnish {missing} in two_businesses, so that this route can be tried"
    assert (route.body is None) == (route.handler.__name__ not in BODIES), "give the route a body to try"
    before = documents(alpha.world.system)
    body = BODIES.get(route.handler.__name__)
    for draft in ("", alpha.ids["draft"]):
        path = fill(route, {**alpha.ids, **({"invoice_id": draft} if draft else {})})
        problem(bravo.call(route.method, path, body, key=f"steal-{path}"), 404, "not_found")
        if route.method == "GET" and route.handler.__name__ not in NOTHING_TO_SHOW:
            assert alpha.call(route.method, path).status_code == 200, "the ids are real"
    assert documents(alpha.world.system) == before


def statement_of(shop: Shop) -> dict[str, Any]:
    """A saved statement of a customer of this business."""
    return {"name": "Mine", "kind": "customer_statement", "customer_id": shop.ids["customer_id"]}


def stolen(alpha: Shop, bravo: Shop) -> dict[str, tuple[str, dict[str, Any]]]:
    """``handler.field`` -> a path of Bravo's and a body that names something of Alpha's there."""
    line = {"description": "x", "unit_cents": 100}
    review = next(row["id"] for row in bravo.rows("/v1/payments") if row["unallocated_cents"])
    match = f"/v1/matches/{review}"
    refused = next(row["id"] for row in bravo.rows("/v1/statements") if row["status"] == "refused")
    profile, file = alpha.ids["profile_id"], base64.b64encode(b"Date,ALPHA,Out,In\n").decode()
    named = ("transaction_id", "receipt_id", "expense_id")
    filing = {
        f"{handler}.{name}": (f"/v1/categories/{path}", {name: alpha.ids[name], **more})
        for handler, path, more in (
            ("propose_category", "propose", {}),
            ("correct_category", "correct", {"category": "fuel"}),
        )
        for name in named
    }
    return filing | {
        "preview.profile_id": ("/v1/statements/preview", {"content": file, "profile_id": profile}),
        "read_again.profile_id": (
            f"/v1/statements/{refused}/again",
            {"account": "bank-bravo", "profile_id": profile},
        ),
        "create_invoice.customer_id": (
            "/v1/invoices",
            {"customer_id": alpha.ids["customer_id"], "lines": [line]},
        ),
        "create_report.customer_id": (
            "/v1/reports",
            {
                "kind": "customer_statement",
                "period": {"from": "2026-01-01", "to": "2026-03-31"},
                "customer_id": alpha.ids["customer_id"],
            },
        ),
        "create_definition.customer_id": ("/v1/report-definitions", statement_of(alpha)),
        "draw_qr.invoice_id": ("/v1/shortcode/qr", {"invoice_id": alpha.ids["invoice_id"]}),
        "create_refund.payment_id": ("/v1/refunds", {"payment_id": alpha.ids["payment_id"]}),
        "start_attempt.invoice_id": (
            "/v1/attempts",
            {"phone": "0733000000", "invoice_id": alpha.ids["invoice_id"]},
        ),
        "match_payment.links.invoice_id": (
            match,
            {"links": [{"invoice_id": alpha.ids["invoice_id"], "cents": 100}]},
        ),
        "make_subscription.customer_id": (
            "/v1/subscriptions",
            {
                "customer_id": alpha.ids["customer_id"],
                "phone": "0733000000",
                "amount_cents": 100,
                "unit": "month",
                "start": "2026-04-30",
            },
        ),
        "make_payment_link.invoice_id": ("/v1/payment-links", {"invoice_id": alpha.ids["invoice_id"]}),
        "match_payment.customer_id": (match, {"links": [], "customer_id": alpha.ids["customer_id"]}),
        "rule_out_customer.customer_id": (f"{match}/rule-out", {"customer_id": alpha.ids["customer_id"]}),
        "try_payment.payment_id": ("/v1/match-payment", {"payment_id": alpha.ids["payment_id"]}),
        "undo.invoice_id": (
            f"/v1/matches/{bravo.ids['payment_id']}/undo",
            {"invoice_id": alpha.ids["invoice_id"]},
        ),
    }


ONE_BY_ONE = {"confirm_many.items.payment_id", "replace_definition.customer_id"}
"""Ids of which each is answered by itself, or that no POST carries: tried below."""


def id_fields(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, about in model.model_fields.items():
        if name.endswith("_id"):
            yield f"{prefix}.{name}"
        for inner in (about.annotation, *getattr(about.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from id_fields(inner, f"{prefix}.{name}")


def test_another_business_ids_in_a_body_do_not_exist(alpha: Shop, bravo: Shop) -> None:
    tries = stolen(alpha, bravo)
    declared = {f for route in PRIVATE if route.body for f in id_fields(route.body, route.handler.__name__)}
    assert declared - ONE_BY_ONE == set(tries), "every id that a body can carry is tried here"
    before = documents(alpha.world.system)
    for what, (path, body) in tries.items():
        answer = bravo.call("POST", path, body, key=f"steal-{what}")
        assert answer.status_code in (404, 422), f"{what}: {answer.status_code} {answer.text}"
        problem(answer, answer.status_code)
    assert documents(alpha.world.system) == before


def test_a_saved_report_is_not_turned_to_another_business_customer(alpha: Shop, bravo: Shop) -> None:
    before = documents(alpha.world.system)
    path = f"/v1/report-definitions/{bravo.ids['definition_id']}"
    problem(bravo.call("PUT", path, statement_of(alpha)), 422, "report_invalid")
    assert documents(alpha.world.system) == before


def test_another_business_payments_are_unknown_in_a_batch(alpha: Shop, bravo: Shop) -> None:
    theirs = next(row["id"] for row in alpha.rows("/v1/payments") if row["unallocated_cents"])
    before = documents(alpha.world.system)
    seen = bravo.call("POST", "/v1/review/preview", {"payment_ids": [theirs]}).json()
    assert (seen["items"], seen["left_out"]) == ([], [theirs])
    look = {"payment_id": theirs, "look": "look_guessed"}
    for path, body in (("review/confirm", {"items": [look]}), ("reconcile", {"payment_ids": [theirs]})):
        answer = bravo.call("POST", f"/v1/{path}", body)
        assert answer.status_code == 200, answer.text
        assert [item["code"] for item in answer.json()["items"]] == ["not_found"]
        assert "ALPHA" not in answer.text
    assert documents(alpha.world.system) == before


def test_a_receipt_is_no_copy_of_another_business_receipt(alpha: Shop, bravo: Shop) -> None:
    before = documents(alpha.world.system)
    path, original = f"/v1/receipts/{bravo.ids['receipt_id']}/link", alpha.ids["receipt_id"]
    problem(bravo.call("POST", path, {"original": original}), 404, "not_found")
    assert documents(alpha.world.system) == before


# --- lists and totals
@each(LISTS)
def test_a_list_holds_its_own_business_only(route: Route, alpha: Shop, bravo: Shop) -> None:
    ours, theirs = alpha.rows(route.path), bravo.rows(route.path)
    assert ours, "furnish what this route lists"
    assert theirs
    names = {"id", "payment_id"}
    known = {row[name] for row in ours for name in names & set(row)} | set(alpha.ids.values())
    text = json.dumps(theirs)
    assert not [one for one in known if one in text]
    assert "ALPHA" not in text
    cursor = alpha.call("GET", route.path, params={"limit": 1}).json()["next_cursor"]
    if cursor:  # a page of one business continues in no other
        assert "ALPHA" not in bravo.call("GET", route.path, params={"cursor": cursor}).text


def test_a_filter_by_another_business_id_finds_nothing(alpha: Shop, bravo: Shop) -> None:
    params = {"customer_id": alpha.ids["customer_id"]}
    assert alpha.call("GET", "/v1/invoices", params=params).json()["data"]
    assert bravo.call("GET", "/v1/invoices", params=params).json()["data"] == []


@each([route for route in PRIVATE if route.method == "GET" and not route.parameters and route.lists is None])
def test_a_total_counts_its_own_business_only(route: Route, alpha: Shop, bravo: Shop) -> None:
    params = {
        "/v1/trial-balance": {"detail": "true"},
        "/v1/statements/completeness": {"day": "2026-03-01"},
        "/v1/budgets/in-force": {"month": "2026-03"},
    }.get(route.path, {})
    answer = bravo.call("GET", route.path, params=params)
    if route.path == "/v1/customer-segments":  # two customers are no crowd
        problem(answer, 422, "too_few_customers")
    else:
        assert answer.status_code == 200, answer.text
    assert "ALPHA" not in answer.text
    assert not [one for one in alpha.ids.values() if one in answer.text]


@pytest.mark.parametrize(
    "question", ["Which customers have outstanding invoices?", "How much did we spend this month?"]
)
def test_an_answer_cites_its_own_business_only(question: str, alpha: Shop, bravo: Shop) -> None:
    mine = alpha.call("POST", "/ai/ask", {"question": question})
    assert mine.status_code == 200, mine.text
    answer = bravo.call("POST", "/ai/ask", {"question": question})
    assert answer.status_code == 200, answer.text
    assert "ALPHA" not in answer.text
    assert not [one for one in alpha.ids.values() if one in answer.text]


def test_what_a_key_did_for_one_business_it_does_again_for_another(alpha: Shop, bravo: Shop) -> None:
    first = alpha.call("POST", "/v1/customers", {"name": "ALPHA twin"}, key="shared-key")
    second = bravo.call("POST", "/v1/customers", {"name": "BRAVO twin"}, key="shared-key")
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in second.headers
    assert second.json()["name"] == "BRAVO twin"


def test_an_upload_address_leads_into_the_own_folder_and_tells_nothing_of_others(
    alpha: Shop, bravo: Shop
) -> None:
    content = b"\xff\xd8\xff ALPHA"
    body = {
        "content_type": "image/jpeg",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    mine = alpha.call("POST", "/v1/receipts/uploads", body).json()
    assert mine["name"].startswith(f"receipts/{alpha.business}/")
    answer = alpha.world.http.put(mine["url"], data=content, headers=mine["headers"], timeout=20)
    assert answer.status_code == 200
    assert alpha.call("POST", "/v1/receipts/uploads", body).json()["already_there"]
    theirs = bravo.call("POST", "/v1/receipts/uploads", body).json()
    assert theirs["name"].startswith(f"receipts/{bravo.business}/")
    assert not theirs["already_there"], "whether another business has a file is nobody's to know"
    assert theirs["name"].rpartition("/")[2] != mine["name"].rpartition("/")[2]
    aimed = theirs["url"].replace(bravo.business, alpha.business)
    problem(bravo.world.http.put(aimed, data=content, headers=theirs["headers"], timeout=20), 403)


# --- callbacks
def address(route: Route, shop: Shop, token: str) -> str:
    values = {"business": shop.business, "attempt_id": shop.ids["attempt_id"], "shortcode": "174379"}
    return fill(
        route, {**values, "request_id": "pyo_1", "order_id": "sto_1", "kind": "status", "token": token}
    )


def right_token(route: Route, shop: Shop) -> str:
    secret = shop.world.system.settings.callback_secret.get_secret_value()
    proven, _, _ = address(route, shop, "token").partition("/token")
    return callback_token(secret, *proven.split("/")[2:])


@each([route for route in CALLBACKS if "business" in route.parameters])
def test_a_callback_with_a_wrong_token_is_nothing(route: Route, alpha: Shop, bravo: Shop) -> None:
    good, theirs = right_token(route, alpha), right_token(route, bravo)
    others = {right_token(other, alpha) for other in CALLBACKS} - {good}
    before = documents(alpha.world.system)
    for token in (
        theirs,
        *others,
        good[:-1],
        good + "0",
        good.upper(),
        "0" * 64,
        "none_such",
        "é" * 64,
        "x" * 500,
    ):
        url = alpha.world.system.url + address(route, alpha, token)
        answer = alpha.world.http.post(url, json={"Body": {}}, timeout=20)
        problem(answer, 404, "not_found")
    assert documents(alpha.world.system) == before


def test_an_address_of_all_businesses_is_open_to_its_own_token_only(alpha: Shop) -> None:
    """Airtel's callback address names no business; a token of another address does not fit it."""
    (route,) = (route for route in CALLBACKS if "business" not in route.parameters)
    good, before = right_token(route, alpha), documents(alpha.world.system)
    others = [right_token(other, alpha) for other in CALLBACKS if other is not route]
    for token in (*others, good[:-1], good + "0", good.upper(), "0" * 64, "none_such", "é" * 64, "x" * 500):
        answer = alpha.world.http.post(alpha.world.system.url + address(route, alpha, token), json={})
        problem(answer, 404, "not_found")
    assert documents(alpha.world.system) == before


@each(CALLBACKS)
def test_a_callback_with_the_right_token_is_taken_whatever_it_holds(route: Route, alpha: Shop) -> None:
    url = alpha.world.system.url + address(route, alpha, right_token(route, alpha))
    for body in (b"", b"{", b"\xff\x00", b'{"Body":' + b"[" * 5000, b"NaN"):
        answer = alpha.world.http.post(url, data=body, timeout=20)
        assert answer.status_code == 200
        assert answer.json() in (
            {"ResultCode": 0, "ResultDesc": "Accepted"},
            {"resmsg": "Success", "rescode": "200"},
        )
    alpha.world.advance(0)
    assert alpha.world.http.get(f"{alpha.world.system.url}/status.json", timeout=20).status_code == 200
    problem(alpha.world.http.post(url, data=b"x" * 300_000, timeout=20), 413, "body_too_large")


def test_every_open_route_is_meant_to_be_open() -> None:
    assert sorted(named(route) for route in ROUTES if route.public and route not in CALLBACKS) == [
        "GET /pay/{pay_token}",
        "GET /pay/{pay_token}/{attempt_id}",
        "GET /pay/{pay_token}/{attempt_id}/state",
        "POST /pay/{pay_token}",
        "POST /v1/auth/token",
        "POST /v1/receipt-mail/inbound/{hook}",
    ]
    assert len(ROUTES) > 25
