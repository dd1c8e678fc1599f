"""What reconciliation does when something happened: money in, a receipt read, money out.

Each handler imports its own engine, so that one kind of event does not pay for the other in a cold start.
"""

from __future__ import annotations

from shared.bus import Consumer
from shared.events import Event, PaymentReversed, PaymentSettled, ReceiptRead, RefundSent, TransactionRecorded
from shared.matching.ports import Ports
from shared.store import Key

consumer: Consumer[Ports] = Consumer("reconcile")


@consumer.on(PaymentSettled)
def payment_settled(ports: Ports, event: Event[PaymentSettled]) -> None:
    from shared.matching.reconcile import reconcile_payment

    reconcile_payment(ports, event.business, event.data.payment_id)


@consumer.on(PaymentReversed)
def payment_reversed(ports: Ports, event: Event[PaymentReversed]) -> None:
    from shared.matching.records import close_if_gone

    ports.outbox.run(event.business, lambda tx: close_if_gone(tx, event.data.payment_id))


@consumer.on(RefundSent)
def refund_sent(ports: Ports, event: Event[RefundSent]) -> None:
    from shared.matching.records import close_if_gone

    payout = ports.store.require(event.business, Key("payouts", event.data.payout_id))
    ports.outbox.run(event.business, lambda tx: close_if_gone(tx, payout.data["payment_id"]))


@consumer.on(ReceiptRead)
def receipt_read(ports: Ports, event: Event[ReceiptRead]) -> None:
    from shared.matching.receipts import receipt_arrived

    receipt_arrived(ports, event.business, event.data.receipt_id)


@consumer.on(TransactionRecorded)
def money_out(ports: Ports, event: Event[TransactionRecorded]) -> None:
    from shared.matching.receipts import transaction_recorded

    transaction_recorded(ports, event.business, event.data.transaction_id)
