"""Pull Transactions and registration: client and simulated Safaricom over HTTP, then the pulling itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.safaricom.c2b_notices import begin_payment
from local.safaricom.model import Order
from shared.access import add_business
from shared.core.clock import parse_rfc3339
from shared.core.errors import Invalid, Refused, Retryable
from shared.payments.gateways.daraja.pull import pull_window
from shared.payments.gateways.port import Announces, Evidence, Lists, NoAnswer, Registered, Rejected
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer
from shared.payments.pulling import pull_payments
from shared.payments.registration import register_c2b
from shared.payments.settlement import apply_notice
from shared.store import Query, Where
from tests.unit.local.safaricom_world import PHONE, World, world
from tests.unit.payments.collecting import CENTS, NOW, PAYBILL, RECEIPT, Desk, Provider, evidence

HERE = "http://127.0.0.1/ipn/c2b"


@pytest.fixture
def w() -> Iterator[World]:
    with world(balance_cents=10_000_000_00) as made:
        yield made


def register(w: World) -> object:
    return w.gateway().register(f"{HERE}/confirmation/x", f"{HERE}/validation/x", PHONE)


def pay(w: World, shillings: int, reference: str = "INV7") -> str:
    order = Order(PHONE, w.merchant.shortcode, w.merchant.shortcode, shillings * 100, reference, "c2b")
    paid = begin_payment(w.safaricom.sim, order)
    assert paid is not None
    assert not isinstance(paid, str)
    return paid.receipt


def listing(w: World, hours: float = 1) -> list[Evidence]:
    rows = w.gateway().list_since(w.clock.now() - timedelta(hours=hours), w.clock.now())
    assert isinstance(rows, list), rows
    return rows


def test_the_daraja_gateway_can_announce_and_list(w: World) -> None:
    assert isinstance(w.gateway(), Announces)
    assert isinstance(w.gateway(), Lists)


def test_registering_again_changes_nothing(w: World) -> None:
    assert register(w) == Registered()
    assert register(w) == Registered()


def test_addresses_that_are_registered_already_are_registered() -> None:
    with world(one_time_urls=True) as w:
        assert [register(w), register(w)] == [Registered(), Registered()]


def test_an_address_that_daraja_would_refuse_is_refused_before_it_is_asked(w: World) -> None:
    with pytest.raises(Invalid, match="mpesa"):
        w.gateway().register("https://x.example/mpesa", "https://x.example/v", PHONE)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_payers_are_announced_as_the_chosen_version_does(w: World, version: str) -> None:
    url = "https://books.example.co.ke/ipn/c2b"
    assert w.gateway(c2b_version=version).register(url, url, PHONE) == Registered()
    kept = w.safaricom.sim.state.get("c2b", w.merchant.shortcode)
    assert kept is not None
    assert kept["version"] == version


def test_another_shortcode_is_rejected_and_silence_is_no_answer(w: World) -> None:
    other = w.gateway(shortcode="600999").register(f"{HERE}/c", f"{HERE}/v", PHONE)
    assert isinstance(other, Rejected)
    w.fault("broken_answer", route="oauth", mode="close", times=2)
    w.tokens.put(f"mpesa:{w.merchant.key}", None)
    assert isinstance(register(w), NoAnswer)


def test_a_payment_is_listed_with_all_that_proof_needs(w: World) -> None:
    register(w)
    receipt = pay(w, 1160)
    (row,) = listing(w)
    assert (row.kind, row.receipt, row.amount_cents, row.account) == ("pull", receipt, 116_000, "INV7")
    assert (row.payer.value, row.shortcode, row.at) == (PHONE, w.merchant.shortcode, w.clock.now())


def test_nothing_is_listed_as_nothing_and_without_registration_there_is_no_answer(w: World) -> None:
    assert w.gateway().list_since(w.clock.now(), w.clock.now()) == NoAnswer("400.002.02")
    register(w)
    assert listing(w) == []


def test_all_pages_are_read(w: World) -> None:
    register(w)
    receipts = [pay(w, 10 + n) for n in range(205)]
    assert [row.receipt for row in listing(w)] == receipts


def test_the_listing_reaches_back_forty_eight_hours(w: World) -> None:
    register(w)
    pay(w, 10)
    w.clock.advance(47 * 3600)
    assert len(listing(w, hours=100)) == 1
    w.clock.advance(2 * 3600)
    assert listing(w, hours=100) == []


ROW = {
    "transactionId": "UC2AAA0001",
    "amount": "10.00",
    "trxDate": "2026-03-02 10:00:00",
    "billreference": "A",
}


def one_page(*rows: Any, code: str = "1000") -> Any:
    pages = iter(
        [{"ResponseCode": code, "Response": [list(rows)]}, {"ResponseCode": "1001", "Response": [[]]}]
    )
    return lambda _path, _body: HttpAnswer(200, next(pages))


def window(post: Any) -> list[Evidence] | NoAnswer:
    return pull_window(post, PAYBILL, NOW - timedelta(hours=1), NOW)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        "row",
        {},
        {**ROW, "amount": "-10"},
        {**ROW, "amount": "x"},
        {**ROW, "trxDate": "soon"},
        {**ROW, "transactionId": ""},
    ],
    ids=repr,
)
def test_a_row_that_cannot_be_read_does_not_hide_the_others(bad: Any) -> None:
    rows = window(one_page(bad, ROW, bad))
    assert isinstance(rows, list)
    assert [row.receipt for row in rows] == ["UC2AAA0001"]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02 10:00:00", "2026-03-02T07:00:00Z"),
        ("20260302100000", "2026-03-02T07:00:00Z"),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00+03:00", "2026-03-02T07:00:00Z"),
    ],
)
def test_a_time_without_zone_is_east_african(text: str, utc: str) -> None:
    rows = window(one_page({**ROW, "trxDate": text}))
    assert isinstance(rows, list)
    assert rows[0].at == parse_rfc3339(utc)


@pytest.mark.parametrize(
    "answer",
    [
        NoHttpAnswer("ReadTimeout", sent=True),
        HttpAnswer(500, {"errorCode": "500.003.02", "errorMessage": "busy"}),
        HttpAnswer(200, {"errorCode": "500.001.1001"}),
        HttpAnswer(200, {}),
        HttpAnswer(200, {"ResponseCode": "1002"}),
    ],
)
def test_anything_else_than_a_listing_is_no_answer(answer: HttpAnswer | NoHttpAnswer) -> None:
    assert isinstance(window(lambda _path, _body: answer), NoAnswer)


def test_a_listing_without_end_is_no_answer() -> None:
    endless = HttpAnswer(200, {"ResponseCode": "1000", "Response": [[ROW]]})
    assert window(lambda _path, _body: endless) == NoAnswer("endless_listing")


# --- pulling
class Lister(Provider):
    """A provider that announces and lists what a test puts into ``rows``."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Evidence] | NoAnswer = []
        self.outcome: Registered | Rejected | NoAnswer = Registered()
        self.windows: list[tuple[datetime, datetime]] = []

    def register(self, confirmation: str, validation: str, phone: str) -> Registered | Rejected | NoAnswer:
        self.asked += [confirmation, validation, phone]
        return self.outcome

    def list_since(self, since: datetime, until: datetime) -> list[Evidence] | NoAnswer:
        self.windows.append((since, until))
        return self.rows


@pytest.fixture
def lister(desk: Desk) -> Lister:
    made = Lister()
    desk.gateway = made
    for business in ("biz_1", "biz_2"):
        profile = {"name": business, "shortcode": PAYBILL, "phone": PHONE}
        add_business(desk.store, business, profile)
    return made


def statuses(desk: Desk) -> list[str]:
    return [payment["status"] for payment in desk.docs("payments", "paid_at")]


def test_a_shortcode_belongs_to_whoever_registered_it_first(desk: Desk, lister: Lister) -> None:
    register_c2b(desk, "biz_1")
    register_c2b(desk, "biz_1")
    with pytest.raises(Refused) as refused:
        register_c2b(desk, "biz_2")
    assert refused.value.code == "shortcode_taken"
    lister.rows = [evidence("pull")]
    assert (pull_payments(desk, "biz_2"), pull_payments(desk, "biz_1")) == (0, 1)


def test_a_business_of_another_shortcode_is_not_registered(desk: Desk, lister: Lister) -> None:
    add_business(desk.store, "biz_3", {"name": "x", "shortcode": "600999"})
    with pytest.raises(Refused, match="another shortcode"):
        register_c2b(desk, "biz_3")
    assert lister.asked == []


@pytest.mark.parametrize(
    ("outcome", "error"), [(NoAnswer("timeout"), Retryable), (Rejected("400.002.02", "no"), Invalid)]
)
def test_a_registration_that_failed_says_so(
    desk: Desk, lister: Lister, outcome: Rejected | NoAnswer, error: type[Exception]
) -> None:
    lister.outcome = outcome
    with pytest.raises(error):
        register_c2b(desk, "biz_1")


def test_a_provider_that_lists_nothing_is_not_asked(desk: Desk) -> None:
    desk.gateway = Provider()
    assert pull_payments(desk, "biz_1") == 0


def test_the_list_is_asked_for_every_quarter_of_an_hour_with_an_overlap(desk: Desk, lister: Lister) -> None:
    register_c2b(desk, "biz_1")
    for _ in range(31):
        pull_payments(desk, "biz_1")
        desk.clock.advance(60)
    quarter = timedelta(minutes=15)
    assert [until for _, until in lister.windows] == [NOW, NOW + quarter, NOW + 2 * quarter]
    assert [since for since, _ in lister.windows] == [
        NOW,
        NOW - timedelta(hours=2),
        NOW - timedelta(hours=1.75),
    ]


def test_an_announced_payment_is_proven_when_it_is_due(desk: Desk, lister: Lister) -> None:
    register_c2b(desk, "biz_1")
    pull_payments(desk, "biz_1")
    apply_notice(desk, "biz_1", evidence("c2b"), "c2b-1")
    lister.rows = [evidence("pull")]
    assert (pull_payments(desk, "biz_1"), statuses(desk)) == (0, ["claimed"])
    desk.clock.advance(15)
    assert (pull_payments(desk, "biz_1"), statuses(desk)) == (1, ["settled"])
    desk.clock.advance(900)
    assert pull_payments(desk, "biz_1") == 0, "known money is passed over"


def test_money_that_no_list_shows_in_an_hour_goes_to_a_person_and_a_late_list_still_settles_it(
    desk: Desk, lister: Lister
) -> None:
    register_c2b(desk, "biz_1")
    apply_notice(desk, "biz_1", evidence("c2b"), "c2b-1")
    for _ in range(61):
        pull_payments(desk, "biz_1")
        desk.clock.advance(60)
    assert statuses(desk) == ["review"]
    lister.rows = [evidence("pull")]
    desk.clock.advance(900)
    pull_payments(desk, "biz_1")
    assert statuses(desk) == ["settled"]
    closed = Query("review", (Where("status", "==", "done"),), "created_on")
    assert [item.data["reasons"] for item in desk.store.all("biz_1", closed)] == [["never_proven"]]


def test_no_answer_is_asked_again_and_loses_nothing(desk: Desk, lister: Lister) -> None:
    register_c2b(desk, "biz_1")
    lister.rows = NoAnswer("timeout")
    for _ in range(3):
        assert pull_payments(desk, "biz_1") == 0
    assert len(lister.windows) == 3
    lister.rows = [evidence("pull")]
    assert (pull_payments(desk, "biz_1"), statuses(desk)) == (1, ["settled"])
    assert lister.windows[-1][0] == NOW


def test_booked_money_that_is_listed_with_another_amount_is_a_question(desk: Desk, lister: Lister) -> None:
    register_c2b(desk, "biz_1")
    lister.rows = [evidence("pull")]
    pull_payments(desk, "biz_1")
    desk.clock.advance(900)
    lister.rows = [evidence("pull", amount_cents=CENTS + 100)]
    pull_payments(desk, "biz_1")
    desk.clock.advance(900)
    pull_payments(desk, "biz_1")
    (payment,) = desk.docs("payments", "paid_at")
    assert (payment["status"], payment["amount_cents"], payment["receipt"]) == ("settled", CENTS, RECEIPT)
    assert len(desk.events("payment.review.v1")) == 1


def test_once_a_day_the_whole_forty_eight_hours_are_listed(desk: Desk, lister: Lister) -> None:
    register_c2b(desk, "biz_1")
    for _ in range(4 * 72):
        pull_payments(desk, "biz_1")
        desk.clock.advance(900)
    reach = {until: until - since for since, until in lister.windows if until - since > timedelta(hours=3)}
    midnight = NOW.replace(hour=21)  # in Nairobi
    hours = {midnight: 14, midnight + timedelta(days=1): 38, midnight + timedelta(days=2): 48}
    assert reach == {night: timedelta(hours=most) for night, most in hours.items()}, (
        "not before we registered"
    )


def test_a_whole_listing_that_got_no_answer_is_asked_for_again(desk: Desk, lister: Lister) -> None:
    register_c2b(desk, "biz_1")
    pull_payments(desk, "biz_1")
    desk.clock.advance(3 * 86_400)
    lister.rows = NoAnswer("timeout")
    pull_payments(desk, "biz_1")
    lister.rows = [evidence("pull")]
    desk.clock.advance(15)
    assert (pull_payments(desk, "biz_1"), statuses(desk)) == (1, ["settled"])
    since, until = lister.windows[-1]
    assert until - since == timedelta(hours=48)
