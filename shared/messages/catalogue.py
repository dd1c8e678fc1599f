"""Every notification that Hesabu sends. The widths keep the longest SMS inside one message (tested)."""

from __future__ import annotations

from shared.messages.model import Channel, Kind, Language
from shared.messages.next_steps import STEP_SEPTETS
from shared.messages.templates import Template, Words

_BUSINESS, _AMOUNT, _CODE, _REFERENCE = 20, 25, 20, 14
EN, SW = Language.ENGLISH, Language.SWAHILI
_BOTH = (Channel.SMS, Channel.EMAIL)

PAYMENT_RECEIVED = Template(
    "payment.received",
    Kind.TRANSACTIONAL,
    _BOTH,
    {
        "business": _BUSINESS,
        "customer": 24,
        "amount": _AMOUNT,
        "receipt": _CODE,
        "invoices": 22,
        "balance": 36,
        "paid_at": 20,
        "code": 9,
    },
    {
        EN: Words(
            "{business}: received {amount}, ref {receipt}, for {invoices}. {balance} Thank you.",
            "Receipt for {amount}: {invoices}",
            "Dear {customer},\n\n{business} received {amount} on {paid_at} (East Africa Time) for {invoices}."
            "\nPayment reference: {receipt}\n{balance}\n\nThe receipt is attached. Verification code: "
            "{code}\n\nThank you.\n{business}\n",
        ),
        SW: Words(
            "{business}: tumepokea {amount}, ref {receipt}, ya {invoices}. {balance} Asante.",
            "Risiti ya {amount}: {invoices}",
            "Habari {customer},\n\n{business} imepokea {amount} tarehe {paid_at} (saa za Afrika Mashariki) "
            "ya {invoices}.\nNambari ya malipo: {receipt}\n{balance}\n\n"
            "Risiti imeambatishwa. Nambari ya uhakiki: {code}\n\nAsante.\n{business}\n",
        ),
    },
)

PAYMENT_REVIEW = Template(
    "payment.review",
    Kind.REMINDER,
    _BOTH,
    {"business": _BUSINESS, "amount": _AMOUNT, "receipt": _CODE, "payer": 24, "reference": _REFERENCE},
    {
        EN: Words(
            "{business}: {amount} from {payer}, ref {receipt}, needs your review in Hesabu.",
            "A payment of {amount} needs your review",
            "{amount} from {payer} needs your decision.\n\nPayment reference: {receipt}\n"
            "What the payer typed: {reference}\n\nOpen the review queue in Hesabu to say what it is for.\n",
        ),
        SW: Words(
            "{business}: {amount} kutoka {payer}, ref {receipt}, yanahitaji uamuzi wako.",
            "Malipo ya {amount} yanahitaji uamuzi wako",
            "{amount} kutoka {payer} yanahitaji uamuzi wako.\n\nNambari ya malipo: {receipt}\n"
            "Mlipaji aliandika: {reference}\n\nFungua foleni ya ukaguzi katika Hesabu useme ni ya nini.\n",
        ),
    },
)

ATTEMPT_FAILED = Template(
    "attempt.failed",
    Kind.TRANSACTIONAL,
    _BOTH,
    {"business": _BUSINESS, "amount": _AMOUNT, "reference": _REFERENCE, "step": STEP_SEPTETS},
    {
        EN: Words(
            "{business}: {amount} for {reference} not paid. {step}",
            "Your payment of {amount} to {business} was not made",
            "Your payment of {amount} to {business} for {reference} was not made.\n\n{step}\n",
        ),
        SW: Words(
            "{business}: {amount} ya {reference} haijalipwa. {step}",
            "Malipo yako ya {amount} kwa {business} hayakufanyika",
            "Malipo yako ya {amount} kwa {business} ya {reference} hayakufanyika.\n\n{step}\n",
        ),
    },
)

PAYMENT_REVERSED = Template(
    "payment.reversed",
    Kind.REMINDER,
    _BOTH,
    {"business": _BUSINESS, "amount": _AMOUNT, "receipt": _CODE, "payer": 24},
    {
        EN: Words(
            "{business}: M-Pesa or your bank took back {amount} from {payer}, ref {receipt}. See Hesabu.",
            "A payment was taken back: {amount}",
            "{amount} that came from {payer} was taken back by the provider.\n\n"
            "Payment reference: {receipt}\nWhat it had paid is owed again.\n",
        ),
        SW: Words(
            "{business}: {amount} kutoka {payer}, ref {receipt}, zimechukuliwa tena na M-Pesa au benki.",
            "Malipo yamerudishwa: {amount}",
            "{amount} zilizotoka kwa {payer} zimerudishwa na mtoa huduma.\n\nNambari ya malipo: {receipt}\n"
            "Deni lililolipwa nazo linadaiwa tena.\n",
        ),
    },
)

REFUND_SENT = Template(
    "refund.sent",
    Kind.TRANSACTIONAL,
    _BOTH,
    {"business": _BUSINESS, "amount": _AMOUNT, "receipt": _CODE, "payment": _CODE},
    {
        EN: Words(
            "{business}: we sent you back {amount}, ref {receipt}, of your payment {payment}.",
            "Refund of {amount} from {business}",
            "{business} sent you back {amount}.\n\nReference: {receipt}\nYour payment: {payment}\n",
        ),
        SW: Words(
            "{business}: tumekurudishia {amount}, ref {receipt}, ya malipo yako {payment}.",
            "{business} imekurudishia {amount}",
            "{business} imekurudishia {amount}.\n\nNambari: {receipt}\nMalipo yako: {payment}\n",
        ),
    },
)

SUBSCRIPTION_PAUSED = Template(
    "subscription.paused",
    Kind.REMINDER,
    _BOTH,
    {"business": _BUSINESS, "customer": 24, "amount": _AMOUNT, "failures": 3},
    {
        EN: Words(
            "{business}: {amount} from {customer} is paused, {failures} payments failed. See Hesabu.",
            "Collecting {amount} from {customer} is paused",
            "{failures} payments in a row of {amount} from {customer} failed, so nothing more is asked for."
            "\n\nTalk to your customer, then resume or cancel the subscription in Hesabu.\n",
        ),
        SW: Words(
            "{business}: {amount} kutoka {customer} imesimamishwa, malipo {failures} yameshindwa.",
            "Kukusanya {amount} kutoka {customer} kumesimamishwa",
            "Malipo {failures} mfululizo ya {amount} kutoka {customer} yameshindwa, "
            "kwa hivyo hakuna kitakachoombwa tena.\n\nZungumza na mteja wako, "
            "kisha endelea au ghairi usajili katika Hesabu.\n",
        ),
    },
)

PAYOUT_WAITS = Template(
    "payout.waits",
    Kind.REMINDER,
    _BOTH,
    {
        "business": _BUSINESS,
        "amount": _AMOUNT,
        "phone": 16,
        "purpose": 24,
        "asked_by": 40,
        "reference": _REFERENCE,
    },
    {
        EN: Words(
            "{business}: {amount} to {phone} for {purpose} waits for your approval in Hesabu.",
            "Your approval is needed: {amount} for {purpose}",
            "{amount} are to be sent to {phone} for {purpose}.\n\nAsked for by: {asked_by}\n"
            "Reference: {reference}\n\nNothing is sent before somebody else than who asked for it approves. "
            "Open the payouts in Hesabu to approve or refuse it.\n",
        ),
        SW: Words(
            "{business}: {amount} kwa {phone}, {purpose}, zinasubiri idhini yako katika Hesabu.",
            "Idhini yako inahitajika: {amount} za {purpose}",
            "{amount} zitatumwa kwa {phone} kwa ajili ya {purpose}.\n\nAliyeomba: {asked_by}\n"
            "Kumbukumbu: {reference}\n\nHakuna kitakachotumwa kabla mtu mwingine kuidhinisha. "
            "Fungua malipo yanayotoka katika Hesabu uidhinishe au ukatae.\n",
        ),
    },
)

_RECEIPT = {"business": _BUSINESS, "merchant": 30, "amount": _AMOUNT, "date": 10, "reason": 40}

RECEIPT_ACCEPTED = Template(
    "receipt.accepted",
    Kind.TRANSACTIONAL,
    (Channel.EMAIL,),
    _RECEIPT,
    {
        EN: Words(
            "",
            "Receipt read: {merchant}, {amount}",
            "A receipt was read: {merchant}, {amount}, dated {date}.\n",
        ),
        SW: Words(
            "",
            "Risiti imesomwa: {merchant}, {amount}",
            "Risiti imesomwa: {merchant}, {amount}, ya tarehe {date}.\n",
        ),
    },
)

RECEIPT_REVIEW = Template(
    "receipt.needs_review",
    Kind.REMINDER,
    _BOTH,
    _RECEIPT,
    {
        EN: Words(
            "{business}: a receipt from {merchant}, {amount}, needs your review in Hesabu.",
            "A receipt needs your review: {merchant}, {amount}",
            "A receipt was read, but not surely enough: {merchant}, {amount}, dated {date}.\n"
            "Why: {reason}\n\nOpen the review queue in Hesabu to check it.\n",
        ),
        SW: Words(
            "{business}: risiti ya {merchant}, {amount}, inahitaji ukaguzi wako katika Hesabu.",
            "Risiti inahitaji ukaguzi wako: {merchant}, {amount}",
            "Risiti imesomwa, lakini bila uhakika wa kutosha: {merchant}, {amount}, ya tarehe {date}.\n"
            "Sababu: {reason}\n\nFungua foleni ya ukaguzi katika Hesabu uikague.\n",
        ),
    },
)

RECEIPT_DUPLICATE = Template(
    "receipt.duplicate",
    Kind.TRANSACTIONAL,
    (Channel.EMAIL,),
    _RECEIPT,
    {
        EN: Words(
            "",
            "This receipt is in the books already: {merchant}, {amount}",
            "A receipt came a second time and was not counted again: {merchant}, {amount}, dated {date}.\n",
        ),
        SW: Words(
            "",
            "Risiti hii tayari imo vitabuni: {merchant}, {amount}",
            "Risiti imefika mara ya pili na haikuhesabiwa tena: {merchant}, {amount}, ya tarehe {date}.\n",
        ),
    },
)

RECEIPT_REFUSED = Template(
    "receipt.refused",
    Kind.REMINDER,
    _BOTH,
    _RECEIPT,
    {
        EN: Words(
            "{business}: a receipt file could not be read ({reason}). Please send a new photo.",
            "A receipt file could not be read",
            "A receipt file could not be read.\nWhy: {reason}\n\nPlease send a new photo.\n",
        ),
        SW: Words(
            "{business}: faili la risiti halikusomeka ({reason}). Tafadhali tuma picha mpya.",
            "Faili la risiti halikusomeka",
            "Faili la risiti halikusomeka.\nSababu: {reason}\n\nTafadhali tuma picha mpya.\n",
        ),
    },
)

REPORT_READY = Template(
    "report.ready",
    Kind.REMINDER,
    _BOTH,
    {"business": _BUSINESS, "report": 40, "days": 36, "how": 0, "address": 0, "totals": 0},
    {
        EN: Words(
            "{business}: the report {report}, {days}, is ready in Hesabu.",
            "{report}, {days}",
            "{report} of {business}, {days}.\n\n{totals}\n\n{how}\n{address}\n",
        ),
        SW: Words(
            "{business}: ripoti {report}, {days}, iko tayari katika Hesabu.",
            "{report}, {days}",
            "{report} ya {business}, {days}.\n\n{totals}\n\n{how}\n{address}\n",
        ),
    },
)

ALERT_RAISED = Template(
    "alert.raised",
    Kind.REMINDER,
    _BOTH,
    {"business": _BUSINESS, "what": 40, "amount": _AMOUNT, "party": 24, "day": 10},
    {
        EN: Words(
            "{business}: check: {what}. {amount}, {party}. See alerts in Hesabu.",
            "Please check: {what}, {amount}",
            "Something looks wrong: {what}.\n\nAmount: {amount}\nWho: {party}\nDay: {day}\n\n"
            "Open the alerts in Hesabu to see why. If it is no problem, say so there, "
            "and you will hear less of it.\n",
        ),
        SW: Words(
            "{business}: kagua: {what}. {amount}, {party}. Ona tahadhari katika Hesabu.",
            "Tafadhali kagua: {what}, {amount}",
            "Kuna jambo linaloonekana si sawa: {what}.\n\nKiasi: {amount}\nNani: {party}\nSiku: {day}\n\n"
            "Fungua tahadhari katika Hesabu uone sababu. Kama si tatizo, sema hivyo hapo, "
            "na utaarifiwa mara chache.\n",
        ),
    },
)

ALERTS_KEPT = Template(
    "alerts.kept",
    Kind.REMINDER,
    _BOTH,
    {"business": _BUSINESS, "count": 5, "day": 10},
    {
        EN: Words(
            "{business}: {count} more alerts of {day} were not sent. See the list in Hesabu.",
            "{count} more alerts of {day}",
            "{count} more alerts of {day} were not sent one by one.\n\n"
            "Open the alerts in Hesabu to see all of them.\n",
        ),
        SW: Words(
            "{business}: tahadhari {count} zaidi za {day} hazikutumwa. Ona orodha katika Hesabu.",
            "Tahadhari {count} zaidi za {day}",
            "Tahadhari {count} zaidi za {day} hazikutumwa moja moja.\n\n"
            "Fungua tahadhari katika Hesabu uzione zote.\n",
        ),
    },
)

CATALOGUE = {
    template.name: template
    for template in (
        PAYMENT_RECEIVED,
        PAYMENT_REVIEW,
        ATTEMPT_FAILED,
        PAYMENT_REVERSED,
        REFUND_SENT,
        SUBSCRIPTION_PAUSED,
        PAYOUT_WAITS,
        RECEIPT_ACCEPTED,
        RECEIPT_REVIEW,
        RECEIPT_DUPLICATE,
        RECEIPT_REFUSED,
        REPORT_READY,
        ALERT_RAISED,
        ALERTS_KEPT,
    )
}
