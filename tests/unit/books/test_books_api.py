"""The books over HTTP: tokens, roles, idempotency keys, and another business's ids."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from books_world import Books
from flask import Flask, request
from pydantic import SecretStr

from shared.books import allocate, print_number, seal_journal
from shared.books.api import api
from shared.bus import Outbox
from shared.core.ids import Ids, SeededIds
from shared.core.settings import Settings
from shared.http.auth import Actor, Tokens
from shared.store import Store

FLASK = Flask("test")
SECRET = SecretStr("x" * 40)
_keys = itertools.count()


@dataclass
class TestPorts:
    __test__ = False
    store: Store
    outbox: Outbox
    ids: Ids
    tokens: Tokens
    settings: Settings


class Client:
    """Calls the routes as one user of one business."""

    def __init__(self, books: Books, role: str = "owner", ids: Ids | None = None) -> None:
        settings = Settings(auth_secret=SECRET, callback_secret=SECRET)
        tokens = Tokens(settings, books.store.clock)
        self.ports = TestPorts(books.store, books.outbox, ids or SeededIds(books.business), tokens, settings)
        self.token = tokens.issue(Actor("usr_1", books.business, role))

    def __call__(
        self, method: str, path: str, body: Any = None, *, key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or f"key-{next(_keys)}",
        }
        with FLASK.test_request_context(path, method=method, json=body, headers=headers):
            response = api.serve(self.ports, request)
        return response.status_code, response.get_json()


@pytest.fixture
def client(books: Books) -> Client:
    return Client(books)


CUSTOMER = {"name": "Juma Stores", "phones": ["0712 000 111"], "email": "juma@example.com"}
LINES = [{"description": "Nails 3in", "quantity_milli": 2500, "unit_cents": 24_000}]


def test_from_customer_to_a_numbered_invoice(client: Client) -> None:
    status, customer = client("POST", "/v1/customers", CUSTOMER)
    assert status == 201
    assert (customer["object"], customer["phones"]) == ("customer", ["254712000111"])
    status, draft = client("POST", "/v1/invoices", {"customer_id": customer["id"], "lines": LINES})
    assert (status, draft["status"], draft["number"]) == (201, "draft", "")
    assert (draft["subtotal_cents"], draft["vat_cents"], draft["total_cents"]) == (51_724, 8_276, 60_000)
    status, invoice = client("POST", f"/v1/invoices/{draft['id']}/finalise")
    assert (status, invoice["number"], invoice["balance_cents"]) == (200, print_number(1), 60_000)
    assert client("GET", f"/v1/invoices/{draft['id']}") == (200, invoice)
    assert client("GET", f"/v1/customers/{customer['id']}") == (200, customer)
    status, balance = client("GET", "/v1/trial-balance")
    assert {row["account"]: row["balance_cents"] for row in balance["accounts"]} == {
        "ar": 60_000,
        "sales": -51_724,
        "vat:output": -8_276,
    }
    assert balance["totals_cents"] == {"KES": 0}
    _, detailed = client("GET", "/v1/trial-balance?detail=true")
    assert f"ar:{draft['id']}" in {row["account"] for row in detailed["accounts"]}


def test_the_trial_balance_of_a_day_is_sealed_or_not(client: Client, books: Books) -> None:
    books.payment("SJA", 500, paid_at="2026-02-27T21:30:00.000Z")  # the 28th in Nairobi
    before = client("GET", "/v1/trial-balance?as_of=2026-02-28")[1]
    seal_journal(books.store, books.business)
    after = client("GET", "/v1/trial-balance?as_of=2026-02-28")[1]
    assert (before["sealed_entries"], before["block"]) == (0, 0)
    assert (after["entries"], after["sealed_entries"], after["block"]) == (1, 1, 1)
    assert after["accounts"] == before["accounts"] != []
    assert after["as_of"] == "2026-02-28"
    assert client("GET", "/v1/trial-balance?as_of=2026-02-27")[1]["accounts"] == []
    detailed = client("GET", "/v1/trial-balance?as_of=2026-02-28&detail=true")[1]
    assert detailed["accounts"] == after["accounts"]


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "20260228", "1772150400", "2026-02-28T00:00:00Z"])
def test_a_day_that_is_none_is_refused(client: Client, day: str) -> None:
    status, fault = client("GET", f"/v1/trial-balance?as_of={day}")
    assert (status, fault["errors"][0]["pointer"]) == (422, "/as_of")


def test_a_repeated_request_answers_the_same_and_does_nothing(client: Client, books: Books) -> None:
    first = client("POST", "/v1/customers", CUSTOMER, key="k1")
    assert client("POST", "/v1/customers", CUSTOMER, key="k1") == first
    assert len(client("GET", "/v1/customers")[1]["data"]) == 3
    status, fault = client("POST", "/v1/customers", {**CUSTOMER, "name": "Other"}, key="k1")
    assert (status, fault["code"]) == (422, "idempotency_mismatch")
    books.draft("inv_1", 500)
    once = client("POST", "/v1/invoices/inv_1/finalise", key="k2")
    assert client("POST", "/v1/invoices/inv_1/finalise", key="k2") == once
    assert client("POST", "/v1/invoices/inv_1/finalise", key="k3")[1]["code"] == "invoice_not_draft"


def test_changing_a_customer(client: Client) -> None:
    status, customer = client(
        "PATCH", "/v1/customers/cus_a", {"email": "w@example.com", "kra_pin": "a123456789z"}
    )
    assert (status, customer["email"], customer["kra_pin"]) == (200, "w@example.com", "A123456789Z")
    assert (customer["name"], customer["phones"]) == ("Wanjiku Kamau", ["254712345678"])


def test_voiding(client: Client, books: Books) -> None:
    books.invoice("inv_1", 500)
    books.invoice("inv_2", 500)
    payment = books.payment("SJA", 100)
    books.run(
        lambda tx: allocate(
            tx, payment, [("inv_2", 100)], customer_id="cus_a", matching="manual", actor="usr_1"
        )
    )
    assert client("POST", "/v1/invoices/inv_1/void")[1]["status"] == "void"
    status, fault = client("POST", "/v1/invoices/inv_2/void")
    assert (status, fault["code"]) == (409, "invoice_partly_paid")


def test_lists_are_paged_and_filtered(client: Client, books: Books) -> None:
    for n in range(3):
        books.invoice(f"inv_{n}", 100, due_date=f"2026-04-0{3 - n}")
    _, page = client("GET", "/v1/invoices?status=open&customer_id=cus_a&limit=2")
    assert ([row["id"] for row in page["data"]], page["has_more"]) == (["inv_2", "inv_1"], True)
    _, rest = client(
        "GET", f"/v1/invoices?status=open&customer_id=cus_a&limit=2&cursor={page['next_cursor']}"
    )
    assert ([row["id"] for row in rest["data"]], rest["next_cursor"]) == (["inv_0"], None)
    assert (
        client("GET", f"/v1/invoices?status=paid&cursor={page['next_cursor']}")[1]["code"] == "invalid_query"
    )
    names = [row["name"] for row in client("GET", "/v1/customers")[1]["data"]]
    assert names == ["Otieno Odhiambo Ltd", "Wanjiku Kamau"]


def test_money_out_is_recorded_once(client: Client, books: Books) -> None:
    line = {"receipt": "SJX1", "amount_cents": 900, "paid_at": "2026-03-01T10:00:00Z", "party": "KPLC"}
    status, first = client("POST", "/v1/transactions", line)
    assert (status, first["object"], first["currency"]) == (201, "transaction", "KES")
    assert client("POST", "/v1/transactions", line)[1] == first
    assert [row["id"] for row in client("GET", "/v1/transactions")[1]["data"]] == [first["id"]]
    assert client("GET", "/v1/expenses")[1]["data"] == []
    assert [event["type"] for event in books.bus.events] == ["transaction.recorded.v1"]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/customers", {"name": ""}, "/name"),
        ("/v1/customers", {"name": "x", "phones": ["12"]}, "/phones"),
        ("/v1/customers", {"name": "x", "email": "a@b"}, "/email"),
        ("/v1/customers", {"name": "x", "kra_pin": "123"}, "/kra_pin"),
        ("/v1/customers", {"name": "x", "credit_cents": 5}, "/credit_cents"),
        ("/v1/customers", {"name": "x\u0000y"}, "/name"),
        ("/v1/invoices", {"customer_id": "cus_a", "lines": []}, "/lines"),
        ("/v1/invoices", {"customer_id": "../x", "lines": LINES}, "/customer_id"),
        ("/v1/invoices", {"customer_id": "cus_a", "lines": LINES, "due_date": "2026-02-30"}, "/due_date"),
        ("/v1/invoices", {"customer_id": "cus_a", "lines": LINES, "due_date": "20260228"}, "/due_date"),
        (
            "/v1/invoices",
            {"customer_id": "cus_a", "lines": [{**LINES[0], "unit_cents": 1.5}]},
            "/lines/0/unit_cents",
        ),
        (
            "/v1/invoices",
            {"customer_id": "cus_a", "lines": [{**LINES[0], "vat_band": "F"}]},
            "/lines/0/vat_band",
        ),
        ("/v1/transactions", {"amount_cents": -1, "paid_at": "2026-03-01T10:00:00Z"}, "/amount_cents"),
    ],
)
def test_a_wrong_field_is_named(client: Client, path: str, body: dict[str, Any], pointer: str) -> None:
    status, fault = client("POST", path, body)
    assert (status, fault["code"]) == (422, "body_invalid")
    assert pointer in [error["pointer"] for error in fault["errors"]]


def test_discounts_beyond_the_line_are_refused(client: Client) -> None:
    body = {"customer_id": "cus_a", "lines": [{**LINES[0], "discount_cents": 60_001}]}
    assert client("POST", "/v1/invoices", body)[1]["code"] == "discount_invalid"


ROUTES = [
    ("GET", "/v1/customers/cus_a", None),
    ("PATCH", "/v1/customers/cus_a", {"name": "Thief"}),
    ("POST", "/v1/invoices", {"customer_id": "cus_a", "lines": LINES}),
    ("GET", "/v1/invoices/inv_1", None),
    ("POST", "/v1/invoices/inv_1/finalise", None),
    ("POST", "/v1/invoices/inv_1/void", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_another_businesss_things_do_not_exist(books: Books, method: str, path: str, body: Any) -> None:
    books.draft("inv_1", 100)
    stranger = Client(books.of("biz_stranger"))
    assert stranger(method, path, body)[0] == 404
    assert books.doc("customers", "cus_a")["name"] == "Wanjiku Kamau"
    assert books.doc("invoices", "inv_1")["status"] == "draft"


@pytest.mark.parametrize(("method", "path", "body"), [route for route in ROUTES if route[0] != "GET"])
def test_a_viewer_only_looks(books: Books, method: str, path: str, body: Any) -> None:
    viewer = Client(books, "viewer")
    assert viewer(method, path, body)[0] == 403
    assert viewer("GET", "/v1/customers/cus_a")[0] == 200


def test_a_cashier_drafts_and_does_not_finalise(books: Books) -> None:
    cashier = Client(books, "cashier")
    status, draft = cashier("POST", "/v1/invoices", {"customer_id": "cus_a", "lines": LINES})
    assert status == 201
    assert cashier("POST", f"/v1/invoices/{draft['id']}/finalise")[0] == 403
