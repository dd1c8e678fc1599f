"""The simulated phone as a web page: plain forms, so it works with JavaScript switched off."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from local.safaricom.c2b_notices import begin_payment
from local.safaricom.model import Merchant, Order
from local.safaricom.prompts import ACTIONS, answer
from local.safaricom.rules import amount
from local.safaricom.screens import phones, prompts_of, words
from local.safaricom.sim import Sim
from local.safaricom.texts import ksh
from shared.core.errors import Invalid
from shared.core.phone import parse_phone


def routes(sim: Sim) -> Blueprint:
    """The list of phones, one phone, and what can be done with it."""
    blueprint = Blueprint("phone", __name__)

    @blueprint.get("/phone")
    def list_() -> AnyResponse:
        if wanted := request.args.get("number"):
            return redirect(url_for("phone.show", msisdn=_number(wanted)))
        rows = [(account, len(prompts_of(sim, account))) for account in phones(sim)]
        return _page("phones.html", rows=rows, ksh=ksh)

    @blueprint.get("/phone/<msisdn>")
    def show(msisdn: str) -> AnyResponse:
        account = sim.account(_number(msisdn))
        prompts = [(push, words(sim, push)) for push in prompts_of(sim, account) if not push.ignored]
        return _page(
            "phone.html",
            account=account,
            prompts=prompts,
            ksh=ksh,
            said=request.args.get("said", "")[:120],
        )

    @blueprint.post("/phone/<msisdn>/answer")
    def reply(msisdn: str) -> AnyResponse:
        number, action = _number(msisdn), request.form.get("action", "")
        if action not in ACTIONS:
            abort(400)
        push = sim.push(request.form.get("checkout", ""))
        done = push is not None and push.phone == number
        if push is not None and done:
            done = answer(sim, push.checkout, action, request.form.get("pin", "").strip()) is not None
        said = "Sent to M-PESA" if done else "That request is over"
        return redirect(url_for("phone.show", msisdn=number, said=said), 303)

    @blueprint.get("/phone/<msisdn>/pay")
    def pay_form(msisdn: str) -> AnyResponse:
        return _page("pay.html", account=sim.account(_number(msisdn)), merchants=sim.merchants)

    @blueprint.post("/phone/<msisdn>/pay")
    def pay(msisdn: str) -> AnyResponse:
        number = _number(msisdn)
        return redirect(url_for("phone.show", msisdn=number, said=_pay(sim, number)), 303)

    return blueprint


def _pay(sim: Sim, number: str) -> str:
    shillings, merchant = amount(dict(request.form)), _receiver(sim)
    if shillings is None or merchant is None:
        return "Give a paybill or till and whole shillings from 1 to 250,000"
    if request.form.get("pin", "").strip() != sim.account(number).pin:
        return "Wrong PIN"
    order = Order(
        phone=number,
        shortcode=merchant.shortcode,
        party_b=merchant.till or merchant.shortcode,
        amount_cents=shillings * 100,
        reference=request.form.get("account", "").strip()[:20],
        kind="c2b",
    )
    result = begin_payment(sim, order)
    return f"Not accepted ({result})" if isinstance(result, str) else "Sent to M-PESA"


def _receiver(sim: Sim) -> Merchant | None:
    given = request.form.get("to", "")
    return next((m for m in sim.merchants if given in {m.shortcode, m.till} and given), None)


def _number(given: str) -> str:
    try:
        return parse_phone(given)
    except Invalid:
        abort(404)


def _page(template: str, **values: object) -> Response:
    page = Response(render_template(template, **values), content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
    )
    page.headers["Cache-Control"] = "no-store"
    return page
