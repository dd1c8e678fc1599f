"""The notify function: an event names a record, the records say who is told what."""

from __future__ import annotations

from collections.abc import Mapping

from shared.bus import Consumer
from shared.core.money import KES
from shared.core.phone import mask
from shared.events import (
    AlertRaised,
    AttemptFailed,
    Event,
    PaymentMatched,
    PaymentNeedsReview,
    PaymentReversed,
    PayoutRequested,
    ReceiptRead,
    RefundSent,
    ReportReady,
    SubscriptionPaused,
)
from shared.messages import catalogue, facts, recipients
from shared.messages.alerts import alert_values
from shared.messages.approvals import ask_approval
from shared.messages.delivery import Notice, tell
from shared.messages.facts import PaymentFacts
from shared.messages.model import Address, Language
from shared.messages.next_steps import next_step
from shared.messages.ports import Ports
from shared.messages.receipt_pdf import receipt_pdf
from shared.messages.records import customer_of, invoices_of, profile_of, record_of
from shared.messages.report_mail import report_notices
from shared.messages.templates import Template
from shared.store import Data, Key

consumer: Consumer[Ports] = Consumer("notify")
_NOT_PAID = frozenset({"failed", "expired"})
"""States of an attempt that the payer is told about; a later success takes it out of them."""
_RECEIPTS = {
    "accepted": catalogue.RECEIPT_ACCEPTED,
    "needs_review": catalogue.RECEIPT_REVIEW,
    "duplicate": catalogue.RECEIPT_DUPLICATE,
    "refused": catalogue.RECEIPT_REFUSED,
}


@consumer.on(PaymentMatched)
def payment_matched(ports: Ports, event: Event[PaymentMatched]) -> None:
    """The payer gets an SMS; the customer gets the receipt by e-mail."""
    payment = ports.store.require(event.business, Key("payments", event.data.payment_id))
    if payment.data.get("status") == "reversed":
        return
    profile = profile_of(ports, event.business)
    invoices = invoices_of(ports, event.business, payment.data)
    customer = customer_of(ports, event.business, payment.data, invoices)
    language = recipients.language_of(customer, profile)
    code = facts.verification_code(
        ports.settings.auth_secret.get_secret_value(),
        event.business,
        payment.id,
        payment.data["amount_cents"],
    )
    told = facts.payment_facts(recipients.business_name(profile), payment.data, invoices, customer, code)
    by_another = recipients.paid_by_another(payment.data, customer)
    plans = (
        (recipients.payer_of_payment(payment.data, customer), told.without_balance() if by_another else told),
        (recipients.email_to(customer.get("email")), told),
    )
    subject = f"payments/{payment.id}"
    tell(ports, event.business, [_receipt(subject, t, language, profile, c) for c, t in plans])


@consumer.on(PaymentNeedsReview)
def payment_needs_review(ports: Ports, event: Event[PaymentNeedsReview]) -> None:
    """The business is asked for a decision, unless somebody has taken it already."""
    payment = ports.store.require(event.business, Key("payments", event.data.payment_id))
    if payment.data.get("matching") in {"auto", "manual"}:
        return
    profile = profile_of(ports, event.business)
    language = recipients.language_of(profile)
    nothing = facts.unsure(language)
    values = {
        "amount": facts.money(payment.data["amount_cents"], payment.data.get("currency") or KES),
        "receipt": payment.data.get("receipt") or nothing,
        "payer": _payer(payment.data) or nothing,
        "reference": payment.data.get("reference") or nothing,
    }
    _tell_owner(ports, event.business, catalogue.PAYMENT_REVIEW, f"payments/{payment.id}", values)


@consumer.on(AttemptFailed)
def attempt_failed(ports: Ports, event: Event[AttemptFailed]) -> None:
    """The payer learns why nothing was paid and what to do, unless it was paid after all."""
    attempt = ports.store.require(event.business, Key("attempts", event.data.attempt_id))
    if attempt.data.get("status") not in _NOT_PAID:
        return
    profile = profile_of(ports, event.business)
    customer = record_of(ports, event.business, "customers", attempt.data.get("customer_id"))
    language = recipients.language_of(customer, profile)
    failure, result_code = (str(attempt.data.get(name) or "") for name in ("failure", "result_code"))
    values = {
        "business": recipients.business_name(profile),
        "amount": facts.money(attempt.data["amount_cents"], attempt.data.get("currency") or KES),
        "reference": attempt.data.get("reference") or "-",
        "step": next_step(
            failure or attempt.data["status"], result_code, language, str(attempt.data.get("provider"))
        ),
    }
    chain = recipients.payer_of_attempt(attempt.data, customer)
    sender = recipients.sender(profile)
    subject = f"attempts/{attempt.id}"
    tell(ports, event.business, [Notice(catalogue.ATTEMPT_FAILED, subject, values, language, sender, chain)])


@consumer.on(PaymentReversed)
def payment_reversed(ports: Ports, event: Event[PaymentReversed]) -> None:
    """The business learns that money it had is gone; what it paid is owed again."""
    payment = ports.store.require(event.business, Key("payments", event.data.payment_id))
    nothing = facts.unsure(recipients.language_of(profile_of(ports, event.business)))
    lines = payment.data.get("taken_back") or [{"cents": payment.data["amount_cents"]}]
    values = {
        "amount": facts.money(lines[-1]["cents"], payment.data.get("currency") or KES),
        "receipt": payment.data.get("receipt") or nothing,
        "payer": _payer(payment.data) or nothing,
    }
    subject = f"payments/{payment.id}/taken-{len(lines)}"
    _tell_owner(ports, event.business, catalogue.PAYMENT_REVERSED, subject, values)


@consumer.on(PayoutRequested)
def payout_requested(ports: Ports, event: Event[PayoutRequested]) -> None:
    """Everybody who may let a payout go out learns that it waits, unless somebody has decided already."""
    payout = ports.store.require(event.business, Key("payouts", event.data.payout_id))
    if payout.data["status"] == "requested":
        tell(ports, event.business, ask_approval(ports, event.business, payout))


@consumer.on(RefundSent)
def refund_sent(ports: Ports, event: Event[RefundSent]) -> None:
    """The payer learns that the money is on their phone again."""
    payout = ports.store.require(event.business, Key("payouts", event.data.payout_id))
    profile = profile_of(ports, event.business)
    customer = record_of(ports, event.business, "customers", payout.data.get("customer_id"))
    language = recipients.language_of(customer, profile)
    nothing = facts.unsure(language)
    values = {
        "business": recipients.business_name(profile),
        "amount": facts.money(payout.data["amount_cents"], payout.data.get("currency") or KES),
        "receipt": payout.data.get("receipt") or nothing,
        "payment": payout.data.get("payment_receipt") or nothing,
    }
    chain = recipients.sms_to(payout.data.get("phone")) or recipients.phones_of(customer)[:1]
    sender = recipients.sender(profile)
    subject = f"payouts/{payout.id}"
    tell(ports, event.business, [Notice(catalogue.REFUND_SENT, subject, values, language, sender, chain)])


@consumer.on(SubscriptionPaused)
def subscription_paused(ports: Ports, event: Event[SubscriptionPaused]) -> None:
    """The business learns that a subscription stopped by itself, unless it goes on again already."""
    found = ports.store.require(event.business, Key("subscriptions", event.data.subscription_id)).data
    if found["status"] != "paused":
        return
    customer = record_of(ports, event.business, "customers", found["customer_id"])
    run = record_of(ports, event.business, "runs", f"{event.data.subscription_id}-{found['sequence']}")
    invoice = record_of(ports, event.business, "invoices", run.get("invoice_id"))
    values = {
        "customer": str(customer.get("name") or facts.unsure(recipients.language_of(customer))),
        "amount": facts.money(found["amount_cents"] or invoice.get("total_cents") or 0, KES),
        "failures": str(found["failures"]),
    }
    # it may be paused again in another year: that is another thing to tell
    subject = f"subscriptions/{event.data.subscription_id}/{found['sequence']}"
    _tell_owner(ports, event.business, catalogue.SUBSCRIPTION_PAUSED, subject, values)


@consumer.on(ReportReady)
def report_ready(ports: Ports, event: Event[ReportReady]) -> None:
    """Whom a scheduled report is for get it by e-mail, each once."""
    report = ports.store.require(event.business, Key("reports", event.data.report_id))
    tell(ports, event.business, report_notices(ports, event.business, report))


@consumer.on(ReceiptRead)
def receipt_read(ports: Ports, event: Event[ReceiptRead]) -> None:
    """The business learns what a receipt photo was read as; who mailed a file that was refused learns why.

    A zip holds hundreds: its record counts what became of them, and nobody is told of each.
    """
    receipt = ports.store.require(event.business, Key("receipts", event.data.receipt_id))
    template = _RECEIPTS.get(str(receipt.data.get("status")))
    source = str(receipt.data.get("source_id") or "")
    if template is None or source.startswith("bnd_"):
        return
    language = recipients.language_of(profile_of(ports, event.business))
    nothing = facts.unsure(language)
    total = receipt.data.get("total_cents")
    values = {
        "merchant": receipt.data.get("merchant") or nothing,
        "amount": facts.money(total, receipt.data.get("currency") or KES) if total else nothing,
        "date": receipt.data.get("receipt_date") or nothing,
        "reason": ", ".join(str(r).replace("_", " ") for r in receipt.data.get("reasons") or []) or nothing,
    }
    mail = record_of(ports, event.business, "receipt_mails", source)
    known = template is catalogue.RECEIPT_REFUSED and not mail.get("admitted_by")
    sender = recipients.email_to(mail.get("from")) if known else ()
    _tell_owner(ports, event.business, template, f"receipts/{receipt.id}", values, also=sender)


@consumer.on(AlertRaised)
def alert_raised(ports: Ports, event: Event[AlertRaised]) -> None:
    """The business learns what looks wrong, unless somebody has dealt with it already."""
    alert = ports.store.require(event.business, Key("alerts", event.data.alert_id))
    if alert.data["state"] == "open":
        language = recipients.language_of(profile_of(ports, event.business))
        template, values = alert_values(alert.data, language)
        _tell_owner(ports, event.business, template, f"alerts/{alert.id}", values)


def _receipt(
    subject: str, told: PaymentFacts, language: Language, profile: Data, chain: tuple[Address, ...]
) -> Notice:
    return Notice(
        catalogue.PAYMENT_RECEIVED,
        subject,
        told.values(language),
        language,
        recipients.sender(profile),
        chain,
        attach=lambda: receipt_pdf(told, language),
    )


def _tell_owner(
    ports: Ports,
    business: str,
    template: Template,
    subject: str,
    values: Mapping[str, str],
    *,
    also: tuple[Address, ...] = (),
) -> None:
    """Tell the business, and whoever else it concerns."""
    profile = profile_of(ports, business)
    full = {"business": recipients.business_name(profile), **values}
    language, sender = recipients.language_of(profile), recipients.sender(profile)
    chain = recipients.owner(profile)
    chains = [chain, also] if also and not set(also) & set(chain) else [chain]
    tell(ports, business, [Notice(template, subject, full, language, sender, one) for one in chains])


def _payer(payment: Data) -> str:
    """The payer as the business's messages name one: by name, else by masked number."""
    phone = recipients.sms_to(payment.get("payer_phone"))
    masked = mask(phone[0].recipient) if phone else payment.get("payer_masked")
    return str(payment.get("payer_name") or masked or "")
