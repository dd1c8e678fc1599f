"""The simulated phone as a web page: plain forms, so it works with JavaScript switched off."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from local.airtel.model import Account, Payment
from local.airtel.payments import ACTIONS, answer
from local.airtel.sim import Sim
from local.safaricom.texts import ksh
from shared.core.errors import Invalid
from shared.core.phone import national9, parse_phone


def routes(sim: Sim) -> Blueprint:
    """The list of phones, one phone, and its answers."""
    blueprint = Blueprint("phone", __name__)

    @blueprint.get("/phone")
    def list_() -> AnyResponse:
        if wanted := request.args.get("number"):
            return redirect(url_for("phone.show", msisdn=number(wanted)))
        rows = [(account, len(prompts_of(sim, account))) for account in sim.accounts()]
        return _page("airtel_phones.html", rows=rows, ksh=ksh)

    @blueprint.get("/phone/<msisdn>")
    def show(msisdn: str) -> AnyResponse:
        account = sim.account(number(msisdn))
        prompts = [payment for payment in prompts_of(sim, account) if not payment.ignored]
        said = request.args.get("said", "")[:120]
        return _page(
            "airtel_phone.html", account=account, prompts=prompts, ksh=ksh, said=said, name=sim.merchant.name
        )

    @blueprint.post("/phone/<msisdn>/answer")
    def reply(msisdn: str) -> AnyResponse:
        phone, action = number(msisdn), request.form.get("action", "")
        if action not in ACTIONS:
            abort(400)
        payment = sim.payment(request.form.get("payment", ""))
        done = payment is not None and payment.phone == phone
        if payment is not None and done:
            done = answer(sim, payment.id, action, request.form.get("pin", "").strip()) is not None
        said = "Sent to Airtel Money" if done else "That request is over"
        return redirect(url_for("phone.show", msisdn=phone, said=said), 303)

    return blueprint


def prompts_of(sim: Sim, account: Account) -> list[Payment]:
    """The prompts on one phone, oldest first."""
    found = (sim.payment(id_) for id_ in account.prompts)
    return [payment for payment in found if payment is not None and payment.status == "TIP"]


def number(given: str) -> str:
    """Nine digits of any form of a Kenyan number; 404 for everything else."""
    try:
        return national9(parse_phone(given))
    except Invalid:
        abort(404)


def _page(template: str, **values: object) -> Response:
    page = Response(render_template(template, **values), content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
    )
    page.headers["Cache-Control"] = "no-store"
    return page
