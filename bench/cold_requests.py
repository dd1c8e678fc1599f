"""What each function is first asked in the cold-start benchmark: real work, on a small seeded business."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from shared.access import Membership, add_business, add_user
from shared.app import App
from shared.books import (
    NewCustomer,
    NewInvoice,
    NewLine,
    allocate,
    draft_invoice,
    finalise_invoice,
    write_customer,
)
from shared.events import (
    CallbackReceived,
    EventData,
    ObjectFinalized,
    PaymentMatched,
    PaymentSettled,
    SweepDue,
    new_event,
)
from shared.http.auth import Actor
from shared.payments.evidence import Address, keep
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import Evidence, Outcome
from shared.payments.money import open_payment, settle
from shared.payments.paylinks.making import point, write_link
from shared.payments.paylinks.model import NewPaymentLink
from shared.payments.shortcode.balance import BALANCES
from shared.store import Key, Query

BUSINESS = "bench"
EMAIL, PASSWORD = "owner@example.com", "a long password"


@dataclass(slots=True)
class First:
    """The first request of a function, and the source it is served from."""

    body: str = ""
    method: str = "POST"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def as_json(self) -> str:
        return json.dumps(
            {"method": self.method, "path": self.path, "headers": self.headers, "body": self.body}
        )


def first_requests(app: App, photo: bytes | None) -> dict[str, First]:
    """Seed the business of an App's store and return one useful request for every function."""
    invoice = _seed(app)
    waiting = _payment(app, invoice, "UKN1234567")
    matched = _payment(app, "", "UKN1234568")
    _allocate(app, matched)
    secret = app.settings.callback_secret.get_secret_value()
    callback = json.dumps({"Body": {"stkCallback": _cancelled()}})
    evidence = keep(app, Address("stk", BUSINESS, _attempt(app)), callback.encode(), {})
    address = callback_url("http://127.0.0.1", "stk", BUSINESS, "att_bench", secret)
    token = app.tokens.issue(Actor("bench", BUSINESS, "owner"))
    login = json.dumps({"email": EMAIL, "password": PASSWORD})
    ask = json.dumps({"question": "How much did we receive by M-Pesa this month?"})
    push = json.dumps({"phone": "0712345678", "amount_cents": 10_000})
    payout = json.dumps({"phone": "0712345678", "amount_cents": 10_000, "purpose": "cement"})
    return {
        "alerts": _event(PaymentSettled(payment_id=waiting), f"payments/{waiting}"),
        "auth": First(login, path="/v1/auth/token"),
        "books": _with(token, First(method="GET", path="/v1/invoices")),
        "insights": _with(token, First(ask, path="/ai/ask")),
        "matching": _with(token, First(method="GET", path="/v1/review")),
        "mpesa_callback": First(callback, path=address.removeprefix("http://127.0.0.1")),
        "notify": _event(PaymentMatched(payment_id=matched), f"payments/{matched}"),
        "ocr_receipt": _photo(app, photo),
        "payouts": _with(token, First(payout, path="/v1/payouts")),
        "pay": First(method="GET", path=_pay_page(app)),
        "receipts": _with(token, First(method="GET", path="/v1/receipts")),
        "reconcile": _event(PaymentSettled(payment_id=waiting), f"payments/{waiting}"),
        "reports": _with(token, First(method="GET", path="/v1/reports")),
        "settle": _event(CallbackReceived(evidence_id=evidence), f"callbacks/{evidence}"),
        "statement_import": _statement(app),
        "statements": _with(token, First(method="GET", path="/v1/statements")),
        "shortcode": _with(token, First(method="GET", path=f"/v1/shortcode/balance/{_balance(app)}")),
        "stk_push": _with(token, First(push, path="/v1/attempts")),
        "sweep": _event(SweepDue(), "timer/sweep"),
    }


def _balance(app: App) -> str:
    accounts = [{"name": "Utility Account", "currency": "KES", "current_cents": 100}]
    told = {"status": "told", "code": "0", "told_at": "", "created_on": "2026-11-23T10:00:00.000Z"}
    return app.store.put(BUSINESS, Key(BALANCES, "bal_bench"), {**told, "accounts": accounts}).id


def _with(token: str, first: First) -> First:
    first.headers |= {"Authorization": f"Bearer {token}", "Idempotency-Key": "bench-1"}
    return first


def _event(data: EventData, subject: str) -> First:
    event = new_event(BUSINESS, subject, 1, "2026-11-23T10:00:00.000Z", data).to_cloud_event()
    return First(json.dumps(event), headers={"Content-Type": "application/cloudevents+json"})


def _photo(app: App, photo: bytes | None) -> First:
    """A photo where there is one to read, else a file that is refused."""
    blob = app.blobs.put(f"receipts/{BUSINESS}/photo.jpg", photo or b"no picture")
    data = ObjectFinalized(bucket=app.blobs.bucket, name=blob.name, generation=blob.generation)
    return _event(data, f"objects/{blob.name}")


def _statement(app: App) -> First:
    """A file of one line that lies in the bucket."""
    header = (
        "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,"
        "Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No."
    )
    row = (
        "UKN1234569,2026-11-23 10:00:00,2026-11-23 10:00:00,Pay Bill,Completed,100.00,,100.00,true,"
        "Pay Bill Online,2547****0111 - JANE,,A1"
    )
    content = f"Short Code:,174379\n{header}\n{row}\n".encode()
    blob = app.blobs.put(f"statements/{BUSINESS}/march.csv", content)
    data = ObjectFinalized(bucket=app.blobs.bucket, name=blob.name, generation=blob.generation)
    return _event(data, f"objects/{blob.name}")


def _seed(app: App) -> str:
    profile: dict[str, Any] = {"name": "Bench", "currency": "KES", "phone": "", "email": ""}
    add_business(app.store, BUSINESS, profile)
    add_user(app.store, EMAIL, PASSWORD, [Membership(BUSINESS, "owner")])

    def write(tx: Any) -> str:
        person = NewCustomer(name="Jane Wanjiku", phones=["0712345678"])
        write_customer(tx, "cus_bench", person)
        line = NewLine(description="Cement", unit_cents=100_00)
        draft_invoice(
            tx, "inv_bench", NewInvoice(customer_id="cus_bench", lines=[line], due_date="2026-12-01")
        )
        return str(finalise_invoice(tx, "inv_bench", actor="bench").data["number"])

    return app.store.transaction(BUSINESS, write)


def _pay_page(app: App) -> str:
    """The page of a link to the seeded invoice, as a payer opens it."""
    new = NewPaymentLink(invoice_id="inv_bench")
    token = point(app, BUSINESS, "lnk_bench", new)
    app.store.transaction(BUSINESS, lambda tx: write_link(tx, "lnk_bench", token, new, "bench").id)
    return f"/pay/{token}"


def _allocate(app: App, payment_id: str) -> None:
    """Pay half of the invoice, so that there is something to announce and something left to match."""

    def write(tx: Any) -> None:
        allocate(
            tx, payment_id, [("inv_bench", 50_00)], customer_id="cus_bench", matching="auto", actor="bench"
        )

    app.store.transaction(BUSINESS, write)


def useful(app: App, target: str) -> bool:
    """Whether the answer did its work: nothing was buried, and what the function makes is there."""
    made = {
        "notify": "messages",
        "ocr_receipt": "receipts",
        "mpesa_callback": "callbacks",
        "statement_import": "statements",
        "stk_push": "attempts",
        "payouts": "payouts",
    }
    buried = app.store.query(BUSINESS, Query("dead_letters", order="recorded_at")).docs
    if buried:
        return False
    orders = dict.fromkeys(("attempts", "messages", "payouts"), "created_on")
    orders |= dict.fromkeys(("receipts", "statements"), "received_at")
    if target in made and made[target] in orders:
        return bool(app.store.query(BUSINESS, Query(made[target], order=orders[made[target]])).docs)
    return True


def _payment(app: App, number: str, receipt: str) -> str:
    evidence = Evidence(
        provider="mpesa",
        kind="pull",
        outcome=Outcome.SUCCESS,
        code="0",
        receipt=receipt,
        amount_cents=100_00,
        account=number,
        shortcode="174379",
    )

    def write(tx: Any) -> str:
        return settle(tx, open_payment(tx, evidence, "paybill", "bench", None)).id

    return app.store.transaction(BUSINESS, write)


def _attempt(app: App) -> str:
    """An attempt as it stands after the prompt: pending, waiting for its callback."""
    attempt = {
        **dict.fromkeys(
            ("request_id", "payment_id", "receipt", "failure", "result_code", "result_class"), ""
        ),
        "status": "pending",
        "phone": "254712345678",
        "amount_cents": 100_00,
        "currency": "KES",
        "invoice_id": "",
        "customer_id": "",
        "shortcode": "174379",
        "reference": "BENCH",
        "description": "Payment",
        "merchant_request_id": "",
        "created_on": "2026-11-23T10:00:00.000Z",
        "created_by": "bench",
        "polling": True,
        "poll_at": "2036-11-23T10:00:00.000Z",
        "polls": 0,
        "history": [],
    }
    app.store.create(BUSINESS, Key("attempts", "att_pending"), attempt)
    return "att_pending"


def _cancelled() -> dict[str, object]:
    return {
        "MerchantRequestID": "1-2-3",
        "CheckoutRequestID": "ws_CO_231120261000001",
        "ResultCode": 1032,
        "ResultDesc": "Request canceled by user.",
    }
