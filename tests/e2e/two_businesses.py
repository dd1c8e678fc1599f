"""Two businesses in one running system, each with a document of every kind: to be mixed up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from local.system import System
from shared.access import add_business
from shared.alerts import Finding, Move
from shared.alerts.raising import raise_alert
from shared.alerts.weighing import draft_of
from shared.books.expenses import Expense, write_expense
from shared.http.auth import Actor
from shared.payments.places import BILLS, STANDING_ORDERS
from shared.payments.shortcode.balance import BALANCES
from shared.receipts.mail_box import INBOUND, hook_token
from shared.store import Key
from tests.e2e.world import World, running
from tests.unit.receipts.forms import KIND, sendgrid
from tests.unit.receipts.zips import zipped

Documents = dict[tuple[str, str, str], str]


@dataclass
class Shop:
    """One business as its people use it; ``word`` stands in every text that it writes."""

    world: World
    business: str
    word: str
    phone: str
    ids: dict[str, str] = field(default_factory=dict)

    def bearer(self, role: str = "owner") -> dict[str, str]:
        token = self.world.system.app.tokens.issue(Actor(f"usr_{self.word.lower()}", self.business, role))
        return {"Authorization": f"Bearer {token}"}

    def call(
        self, method: str, path: str, body: Any = None, *, role: str = "owner", key: str = "", **options: Any
    ) -> requests.Response:
        """One request with a token of this business, and an Idempotency-Key when one is given."""
        headers = {**self.bearer(role), **({"Idempotency-Key": key} if key else {})}
        url = self.world.system.url + path
        return self.world.http.request(method, url, json=body, headers=headers, timeout=20, **options)

    def make(self, path: str, body: Any = None) -> str:
        """POST and return the id of what was made."""
        answer = self.call("POST", path, body, key=f"{path}-{body}"[:200].replace(" ", "_"))
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return str(answer.json()["id"])

    def rows(self, path: str) -> list[dict[str, Any]]:
        """One page of a list, the longest there is."""
        answer = self.call("GET", path, params={"limit": 100})
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return list(answer.json()["data"])


def furnish(shop: Shop) -> None:
    """Give the business one of everything; the world must then ``advance`` for the money to arrive."""
    store = shop.world.system.app.store
    profile = {"name": shop.word, "currency": "KES", "shortcode": "174379", "phone": shop.phone, "email": ""}
    add_business(store, shop.business, profile)
    customer = shop.make(
        "/v1/customers", {"name": f"{shop.word} Kamau", "phones": [shop.phone], "account_no": shop.word}
    )
    lines = [{"description": f"{shop.word} cement", "unit_cents": 116_000}]
    invoice = shop.make("/v1/invoices", {"customer_id": customer, "lines": lines})
    shop.ids |= {"customer_id": customer, "invoice_id": invoice, "draft": ""}
    shop.call("POST", f"/v1/invoices/{invoice}/finalise", key="finalise")
    shop.ids["draft"] = shop.make(
        "/v1/invoices", {"customer_id": customer, "lines": lines, "notes": shop.word}
    )
    bought = {"amount_cents": 5000, "paid_at": "2026-03-01T09:00:00Z", "party": shop.word}
    transaction = shop.make("/v1/transactions", {**bought, "receipt": f"OUT{shop.word}"})
    cost = Expense("fuel", shop.word, 5000, 0, "KES", "2026-03-01", transaction_id=transaction)
    store.transaction(shop.business, lambda tx: write_expense(tx, cost).data)
    budget = {"category": "fuel" if shop.word == "ALPHA" else "rent", "month": "2026-03", "amount_cents": 100}
    assert shop.call("PUT", "/v1/budgets", {**budget, "note": shop.word}).status_code == 200
    rate = {"currency": "USD" if shop.word == "ALPHA" else "EUR", "day": "2026-03-01", "rate": "129.55"}
    assert shop.call("PUT", "/v1/exchange-rates", {**rate, "source": shop.word}).status_code == 200
    goal = {"code": f"{shop.word.lower()}_goal", "name": shop.word, "aim": "revenue", "target_cents": 100}
    days = {"start": "2026-01-01", "until": "2026-12-31"}
    assert shop.call("PUT", "/v1/goals", {**goal, **days}).status_code == 200
    shop.ids["code"] = f"{shop.word.lower()}_van"
    own = {"code": shop.ids["code"], "name": f"{shop.word} van", "within": "vehicle_costs"}
    assert shop.call("POST", "/v1/categories", own, key="own").status_code == 201
    said = {"transaction_id": transaction, "category": shop.ids["code"], "note": shop.word}
    assert shop.call("POST", "/v1/categories/correct", said).status_code == 200
    shop.ids["payee_id"] = shop.rows("/v1/categories/payees")[0]["id"]
    shop.ids |= {"transaction_id": transaction, "expense_id": shop.rows("/v1/expenses")[0]["id"]}
    shop.world.phone("pay", shop.phone)
    shop.ids["attempt_id"] = shop.make(
        "/v1/attempts", {"phone": shop.phone, "invoice_id": invoice, "reference": shop.word}
    )
    link = {"invoice_id": shop.ids["invoice_id"], "description": shop.word}
    shop.ids["link_id"] = shop.make("/v1/payment-links", link)
    rent = {"customer_id": customer, "phone": shop.phone, "amount_cents": 50_000, "description": shop.word}
    every = {"unit": "month", "start": "2026-04-30"}
    shop.ids["subscription_id"] = shop.make("/v1/subscriptions", {**rent, **every})
    drop(shop, f"{shop.word}.jpg", b"")
    drop(shop, f"{shop.word}.zip", zipped({f"{shop.word}.txt": shop.word.encode()}))
    write_a_mail(shop)
    hand_in_statement(shop)
    shop.ids |= _of_the_shortcode(shop)
    shop.ids["alert_id"] = raise_an_alert(shop)


def raise_an_alert(shop: Shop) -> str:
    """Something that looks wrong, as a rule would write it."""
    found = Finding("velocity", 700, "many_in_an_hour", {"count": 3}, party=shop.word, label=shop.word)
    move = Move("transactions/x", "out", shop.word, shop.word, 5000, 1_772_355_600_000, "mpesa")
    draft = draft_of([found], move, found.score)
    store = shop.world.system.app.store
    return store.transaction(shop.business, lambda tx: raise_alert(tx, draft)).id


def _of_the_shortcode(shop: Shop) -> dict[str, str]:
    """A balance, a standing order and a bill; written here, since one business alone owns the shortcode."""
    store, word = shop.world.system.app.store, shop.word.lower()
    balance = {"status": "told", "code": "0", "told_at": "", "created_on": "2026-03-02T07:00:00.000Z"}
    store.put(shop.business, Key(BALANCES, f"bal_{word}"), {**balance, "accounts": []})
    order = {"status": "active", "name": shop.word, "phone": shop.phone, "amount_cents": 100, "code": "0"}
    order |= {"frequency": "monthly", "begins": "2026-03-05", "ends": "2026-06-30", "reference": shop.word}
    order |= {"payments": 0, "history": [], "created_on": "2026-03-02T07:00:00.000Z"}
    store.put(shop.business, Key(STANDING_ORDERS, f"sto_{word}"), order)
    bill = {"number": shop.word, "amount_cents": 116_000, "status": "sent", "sent_by": "usr"}
    sent = {**bill, "sent_on": "2026-03-02T07:00:00.000Z"}
    store.put(shop.business, Key(BILLS, shop.ids["invoice_id"]), sent)
    return {"balance_id": f"bal_{word}", "order_id": f"sto_{word}"}


def hand_in_statement(shop: Shop) -> None:
    """A statement whose one line waits for a person, one that cannot be read, and a saved profile."""
    header = (
        "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,"
        "Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No."
    )
    at = "2026-03-01 12:00:00"
    row = f"UC1{shop.word}01,{at},{at},{shop.word} back,Completed,,-10.00,90.00,true,Pay Bill Reversal,,,"
    handed = shop.call("POST", "/v1/statements", data=f"Short Code:,174379\n{header}\n{row}\n".encode())
    assert handed.status_code == 202, handed.text
    shop.ids["statement_id"] = handed.json()["id"]
    drop(shop, f"{shop.word}.csv", f"nothing of {shop.word}".encode(), "statements")
    columns = {"date": ["Date"], "details": [shop.word], "debit": ["Out"], "credit": ["In"]}
    shop.ids["profile_id"] = shop.make(
        "/v1/statement-profiles", {"profile": {"name": shop.word, "columns": columns}}
    )


def write_a_mail(shop: Shop) -> None:
    """An address for receipts by mail, and a stranger's mail that was not let in."""
    box = shop.call("POST", "/v1/receipt-mail/address", key="address").json()
    raw = sendgrid((f"{shop.word}.png", b""), to=box["address"], sender=f"{shop.word}@stranger.example")
    system = shop.world.system
    url = f"{system.url}{INBOUND}{hook_token(system.settings)}"
    assert shop.world.http.post(url, data=raw, headers={"Content-Type": KIND}, timeout=20).ok


def pay_without_a_reason(shop: Shop) -> None:
    """Money that no invoice explains: a person has to look at it."""
    shop.world.phone("pay", "254799999999")
    shop.make(
        "/v1/attempts", {"phone": "254799999999", "amount_cents": 777_700, "reference": f"{shop.word}X"}
    )


def furnish_reports(shop: Shop) -> None:
    """A report of the payments so far, and one that is made every month."""
    period = {"from": "2026-01-01", "to": "2026-03-31"}
    wanted = {"kind": "reconciliation", "period": period}
    shop.ids["report_id"] = shop.make("/v1/reports", wanted)
    saved = {"name": shop.word, "kind": "ageing", "schedule": {"every": "month"}}
    shop.ids["definition_id"] = shop.make("/v1/report-definitions", saved)


def drop(shop: Shop, name: str, content: bytes, room: str = "receipts") -> None:
    """A file in the folder that is the bucket, as a person would copy it there."""
    folder = Path(shop.world.system.settings.blob_url.removeprefix("file:///")) / room / shop.business
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


@contextmanager
def two_shops(folder: Path) -> Iterator[tuple[Shop, Shop]]:
    """Alpha and Bravo, furnished and paid, in one system on real HTTP."""
    with running(folder) as world:
        alpha = Shop(world, "biz_alpha", "ALPHA", "254711111111")
        bravo = Shop(world, "biz_bravo", "BRAVO", "254722222222")
        for shop in (alpha, bravo):
            furnish(shop)
            world.advance(60)
            pay_without_a_reason(shop)
            world.advance(60)
            shop.ids["payment_id"] = shop.rows("/v1/payments")[-1]["id"]
            refund = {"payment_id": shop.ids["payment_id"], "amount_cents": 1000, "note": shop.word}
            shop.ids["payout_id"] = shop.make("/v1/refunds", refund)
            shop.ids["field"] = "mpesa_code"
            shop.ids["bundle_id"] = shop.rows("/v1/receipt-bundles")[0]["id"]
            shop.ids["mail_id"] = shop.rows("/v1/receipt-mail/messages")[0]["id"]
            shop.ids["receipt_id"] = shop.rows("/v1/receipts")[0]["id"]
            furnish_reports(shop)
            shop.ids["line_id"] = shop.rows(f"/v1/statements/{shop.ids['statement_id']}/lines")[0]["id"]
        yield alpha, bravo


def documents(system: System) -> Documents:
    """Every stored document of every business -> its etag, read beside the store."""
    path = system.settings.store_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {(b, c, i): etag for b, c, i, etag in connection.execute("SELECT b, c, id, etag FROM docs")}
