"""No document is part of every payment's commits: on Firestore and MongoDB they would all wait for it."""

from __future__ import annotations

from collections.abc import Mapping

from shared.store import Doc, Key
from tests.e2e.world import World
from tests.support.faults import Through

SWEEPS_OWN = {Key("pulls", "last")}
"""How far payments were pulled: moved once a pull, by the sweep alone, in a commit of its own."""
PAYERS = [f"25472200000{n}" for n in range(4)]


class Watching(Through):
    """Remembers which documents each commit reads or writes, by who is paying at that moment."""

    def __init__(self, world: World) -> None:
        store = world.system.app.store
        super().__init__(store._adapter)
        store._adapter = self
        self.payer = ""
        self.touched: dict[str, set[Key]] = {}

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        self.inner.commit(business, reads, writes, durable=durable)
        if writes:
            self.touched.setdefault(self.payer, set()).update(reads, writes)


def test_payments_of_different_customers_share_no_document(world: World) -> None:
    watching = Watching(world)
    invoices = {phone: world.invoice(customer_id=world.customer(f"Payer {phone}", phone)) for phone in PAYERS}
    for n, (phone, invoice) in enumerate(invoices.items()):
        world.phone(phone=phone)
        number = world.doc("invoices", invoice)["number"]
        watching.payer = phone
        if n % 2:
            world.pay_by_hand(1160, number, phone)
        else:
            world.post("/v1/attempts", {"phone": phone, "invoice_id": invoice})
        world.advance(60)
        assert world.doc("invoices", invoice)["status"] == "paid"
        watching.payer = ""
    for kind in (PAYERS[::2], PAYERS[1::2]):
        one, other = (watching.touched[phone] for phone in kind)
        assert one & other <= SWEEPS_OWN, "these two cannot be paid at the same time"
