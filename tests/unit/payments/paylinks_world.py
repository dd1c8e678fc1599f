"""The `pay` function's routes called as a browser and as a business call them, on the room's desk."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request

from shared.access import add_business
from shared.books import NewCustomer, NewInvoice, NewLine, draft_invoice, finalise_invoice, write_customer
from shared.http.auth import Actor
from shared.payments.subscriptions.api import api
from shared.store import Data
from tests.unit.payments.collecting import Desk

NAME = "Duka la Juma"


class Shop:
    """One business with a customer and an invoice, and visitors of its links."""

    def __init__(self, desk: Desk, **profile: Any) -> None:
        self.desk = desk
        self._keys = count(1)
        self._app = Flask("pay")
        about = {"name": NAME, "currency": "KES", "shortcode": "174379", **profile}
        add_business(desk.store, desk.business, about)
        self.customer_id = self._customer()
        self.invoice_id = self.invoice()

    def _customer(self) -> str:
        new = NewCustomer(name="Wanjiku Kamau", phones=["0712345678"])
        self.desk.store.transaction(self.desk.business, lambda tx: write_customer(tx, "cus_1", new).id)
        return "cus_1"

    def invoice(self, cents: int = 116_050) -> str:
        invoice_id = f"inv_{next(self._keys)}"
        line = NewLine(description="Cement", unit_cents=cents)
        new = NewInvoice(customer_id=self.customer_id, lines=[line])

        def issue(tx: Any) -> str:
            draft_invoice(tx, invoice_id, new)
            return finalise_invoice(tx, invoice_id, actor="usr").id

        return self.desk.store.transaction(self.desk.business, issue)

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", **options: Any) -> Response:
        """One request of the business's owner."""
        token = self.desk.tokens.issue(Actor("usr", self.desk.business, "owner"))
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or f"k{next(self._keys)}"}
        return self._request(method, path, headers=headers, json=body, **options)

    def visit(self, method: str, path: str, *, language: str = "", **options: Any) -> Response:
        """One request of somebody who is not signed in."""
        headers = {"Accept-Language": language} if language else {}
        return self._request(method, path, headers=headers, **options)

    def _request(self, method: str, path: str, **options: Any) -> Response:
        with self._app.test_request_context(path, method=method, **options):
            return api.serve(self.desk, request)

    # --- links
    def link(self, *, key: str = "", expect: int = 201, **body: Any) -> Data:
        answer = self.ask("POST", "/v1/payment-links", body, key=key)
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return dict(json.loads(answer.get_data()))

    def path(self, link: Data) -> str:
        return str(link["url"]).removeprefix(self.desk.settings.public_url)

    def open(self, link: Data, lang: str = "en") -> Response:
        return self.visit("GET", f"{self.path(link)}?lang={lang}")

    def nonce(self, link: Data) -> str:
        found = re.search(r'name="form" value="(\w+)"', self.open(link).get_data(as_text=True))
        assert found, "the page has a form"
        return found[1]

    def send(self, link: Data, nonce: str = "", **fields: str) -> Response:
        """Send the form of a link, of a page that was just opened unless its nonce is given."""
        form = {"form": nonce or self.nonce(link), "phone": "0712 345 678", **fields}
        return self.post(link, urlencode(form).encode())

    def post(self, link: Data, raw: bytes) -> Response:
        kind = "application/x-www-form-urlencoded"
        return self.visit("POST", f"{self.path(link)}?lang=en", data=raw, content_type=kind)

    def state(self, sent: Response) -> Data:
        """How the attempt stands that a sent form led to."""
        where = sent.headers["Location"].partition("?")[0]
        return dict(json.loads(self.visit("GET", f"{where}/state").get_data()))

    def prompts(self) -> int:
        """How often a phone was asked for money."""
        return sum("/ipn/stk/" in asked for asked in self.desk.gateway.asked)
