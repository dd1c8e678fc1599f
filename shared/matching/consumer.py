"""What reconciliation does when something happened: money in, a receipt read, money out."""

from __future__ import annotations

from shared.bus import Consumer
from shared.events import Event, PaymentSettled, ReceiptRead, TransactionRecorded
from shared.matching.ports import Ports
from shared.matching.receipts import receipt_arrived, transaction_recorded
from shared.matching.reconcile import reconcile_payment

consumer: Consumer[Ports] = Consumer("reconcile")


@consumer.on(PaymentSettled)
def payment_settled(ports: Ports, event: Event[PaymentSettled]) -> None:
    reconcile_payment(ports, event.business, event.data.payment_id)


@consumer.on(ReceiptRead)
def receipt_read(ports: Ports, event: Event[ReceiptRead]) -> None:
    receipt_arrived(ports, event.business, event.data.receipt_id)


@consumer.on(TransactionRecorded)
def money_out(ports: Ports, event: Event[TransactionRecorded]) -> None:
    transaction_recorded(ports, event.business, event.data.transaction_id)
