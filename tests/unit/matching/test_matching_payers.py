"""Customers from as much of a payer as a network shows: every form, by keys alone, with their reasons."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_world import FIRM, HALIMA, NAMES, OTIENO, PHONES, WANJIKU, Desk, Shop

from shared.core.phone import fits_mask, mask, parse_phone, phone_hash, plain_mask
from shared.matching import resolve_payer
from shared.matching.candidates import Lookup
from shared.matching.lookup import StoreLookup
from shared.matching.model import CustomerFacts, PaymentFacts
from shared.matching.payers import Payer, payer_shown
from shared.payments.gateways.daraja.payloads import parse_c2b
from shared.payments.statements.lines import payer_of

EVENTS = Path(__file__).parents[2] / "events"
PHONE = PHONES[WANJIKU]  # 254712345678
FULL = [PHONE, "+254 712 345 678", "0712345678", "712345678", "00254712345678", "+254 (0)712-345-678"]
MASKED = [
    "2547*****678",
    "2547 ***** 678",
    "2547****5678",
    "254712***678",
    "+2547******678",
    "07*****678",
    "0712***678",
    "2547xxxxx678",
    "2547XXXXX678",
    "2547•••••678",
]
HASHED = [phone_hash(PHONE), phone_hash(PHONE).upper(), f" {phone_hash(PHONE)} "]
CODES: dict[str, list[str]] = {"known": FULL + HASHED, "masked_named": MASKED}


@pytest.fixture(params=["memory", "store"])
def lookup(request: pytest.FixtureRequest, desk: Desk) -> Lookup:
    """The four customers, in memory and on a real store."""
    if request.param == "memory":
        return desk.books
    shop: Shop = request.getfixturevalue("shop")
    return StoreLookup(shop.store, shop.business, "KES")


def ids(found: tuple[Payer, ...]) -> list[str]:
    return [payer.customer_id for payer in found]


def codes(payer: Payer) -> set[str]:
    return {reason.code for reason in payer.reasons}


@pytest.mark.parametrize(("code", "shown"), [(c, s) for c, forms in CODES.items() for s in forms])
def test_every_form_of_a_number_finds_its_customer(lookup: Lookup, code: str, shown: str) -> None:
    (payer,) = resolve_payer(lookup, shown, "GRACE")
    assert payer.customer_id == WANJIKU
    assert codes(payer) == {f"phone_{code}", "name_one"}
    assert payer.score == -450 + sum(reason.weight for reason in payer.reasons)
    assert payer.per_mille == (991 if code == "known" else 785)


@pytest.mark.parametrize("shown", FULL + HASHED)
def test_a_whole_number_needs_no_name_and_another_name_hardly_hurts(lookup: Lookup, shown: str) -> None:
    (payer,) = resolve_payer(lookup, shown)
    assert (payer.customer_id, codes(payer), payer.per_mille) == (WANJIKU, {"phone_known"}, 982)
    best = resolve_payer(lookup, shown, "ZAKAYO MWAURA")[0]
    assert (best.customer_id, codes(best)) == (WANJIKU, {"phone_known", "name_none"})
    assert best.per_mille == 967


@pytest.mark.parametrize("name", ["GRACE", "Wanjiku", "kamau", "Mrs. Grace", "GRACE WANJIKU", "NJERI KAMAU"])
def test_a_masked_number_with_any_of_the_names_is_enough(lookup: Lookup, name: str) -> None:
    (payer,) = resolve_payer(lookup, "2547 ***** 678", name)
    assert payer.customer_id == WANJIKU
    assert "phone_masked_named" in codes(payer)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("OTIENO ODHIAMBO", OTIENO),
        ("Odhiambo Peter", OTIENO),
        ("noor, HALIMA", HALIMA),
        ("Elgon Consultants", FIRM),
        ("GRACE WANJIKU KAMAU NJERI", WANJIKU),
    ],
)
def test_two_words_of_a_name_find_a_customer_less_surely_than_a_number(
    lookup: Lookup, name: str, who: str
) -> None:
    (payer,) = resolve_payer(lookup, "", name)
    assert payer.customer_id == who
    assert payer.per_mille < 900, "nobody is credited for a name alone"


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("", ""),
        ("", "GRACE"),
        ("nobody", ""),
        ("254799999999", ""),
        (phone_hash("254799999999"), "ZAKAYO"),
        (phone_hash(PHONE)[:-1], ""),
        (phone_hash("0712345678"), ""),
        ("2547*****678", ""),
        ("2547*****678", "ZAKAYO"),
        ("2547*****679", "GRACE"),
        ("2541*****678", "GRACE"),
        ("254713***678", "GRACE"),
        ("2547******78", "GRACE"),
        ("*****678", "GRACE"),
        ("2547*****", "GRACE"),
        ("255712345678", ""),
        ("٠٧١٢٣٤٥٦٧٨", ""),
        ("0712345678; DROP TABLE", ""),
        ("x" * 10_000, "y" * 10_000),
        ("\ud800\x00", "\ud800\x00"),
    ],
)
def test_too_little_or_somebody_else_finds_nobody(lookup: Lookup, shown: str, name: str) -> None:
    assert "phone_known" not in {code for p in resolve_payer(lookup, shown, name) for code in codes(p)}
    assert [p for p in resolve_payer(lookup, shown, name) if p.per_mille >= 100] == []


def test_two_who_share_a_number_share_the_probability_and_the_named_one_leads(desk: Desk) -> None:
    desk.books.add_customer(CustomerFacts("cus_njeri", "Njeri Kamau", (PHONE,)))
    plain, named = resolve_payer(desk.books, PHONE), resolve_payer(desk.books, PHONE, "NJERI")
    assert [(p.customer_id, p.per_mille) for p in plain] == [("cus_njeri", 495), (WANJIKU, 495)]
    assert ids(named) == ["cus_njeri", WANJIKU]
    assert named[0].per_mille > named[1].per_mille


def test_everybody_who_fits_a_mask_is_a_candidate(desk: Desk) -> None:
    desk.books.add_customer(CustomerFacts("cus_grace", "Grace Achieng", ("254700000678",)))
    found = resolve_payer(desk.books, "2547*****678", "GRACE")
    assert ids(found) == ["cus_grace", WANJIKU]
    assert [p.per_mille for p in found] == [440, 440], "nobody is sure"
    assert ids(resolve_payer(desk.books, "254712***678", "GRACE")) == [WANJIKU, "cus_grace"]


@pytest.mark.parametrize("shown", [MASKED[0], MASKED[1]])
def test_a_payer_confirmed_before_is_known_by_any_spelling_of_the_mask(desk: Desk, shown: str) -> None:
    desk.books.remember("2547*****321|ZAKAYO", OTIENO)
    (payer,) = resolve_payer(desk.books, shown.replace("678", "321"), "ZAKAYO")
    assert (payer.customer_id, "payer_once_masked" in codes(payer)) == (OTIENO, True)


def test_it_reads_by_key_and_never_scans(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    once = shop.store.get_many

    def counted(business: str, keys: list[object]) -> object:
        reads.append(len(keys))
        return once(business, keys)  # type: ignore[arg-type]

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a query")

    monkeypatch.setattr(shop.store, "get_many", counted)
    monkeypatch.setattr(shop.store, "query", refused)
    assert ids(resolve_payer(StoreLookup(shop.store, shop.business, "KES"), PHONE, NAMES[WANJIKU])) == [
        WANJIKU
    ]
    assert len(reads) <= 3
    assert max(reads) <= 25
    assert resolve_payer(StoreLookup(shop.store, "biz_other", "KES"), PHONE, NAMES[WANJIKU]) == ()


# --- as the providers themselves write payers
def shown_by_notice(name: str) -> tuple[str, str]:
    payer = parse_c2b((EVENTS / f"{name}.json").read_bytes()).evidence().payer
    return payer.value, payer.name


def whole_number(name: str, fits: Callable[[str], bool]) -> str:
    """A number that the fixture's payer can have."""
    shown = json.loads((EVENTS / f"{name}.json").read_text())["MSISDN"]
    before, *_, after = shown.replace(" ", "*").split("*")
    return next(p for n in range(100) if fits(p := f"{before}{n:02d}000{after}"))


def test_a_till_notice_of_daraja_is_resolved(desk: Desk) -> None:
    name = "c2b_confirmation_till_v2_masked"
    shown, said = shown_by_notice(name)
    phone = whole_number(name, lambda p: len(p) == 12 and fits_mask(shown, p))
    desk.books.add_customer(CustomerFacts("cus_till", f"{said} Someone", (phone,)))
    assert ids(resolve_payer(desk.books, shown, said)) == ["cus_till"]


def test_a_hashed_notice_of_daraja_is_resolved(desk: Desk) -> None:
    shown, said = shown_by_notice("c2b_confirmation_paybill_v1_hashed")
    desk.books.add_customer(CustomerFacts("cus_hashed", "Another Name", ("254705912645",)))
    assert (
        shown == phone_hash("254705912645"),
        "cus_hashed" in ids(resolve_payer(desk.books, shown, said)),
    ) == (
        True,
        True,
    )


def test_a_statements_other_party_is_resolved(desk: Desk) -> None:
    hint = payer_of("2547****5678 - JANE WANJIKU")
    (payer,) = resolve_payer(desk.books, hint.value, hint.name)
    assert payer.customer_id == WANJIKU, "the first of the names need not be the one we know"


@given(nine=st.from_regex(r"[17][0-9]{8}", fullmatch=True), before=st.integers(4, 6), after=st.integers(3, 4))
def test_whatever_is_shown_of_a_number_fits_it(nine: str, before: int, after: int) -> None:
    phone = parse_phone(nine)
    hidden = f"{phone[:before]}{'*' * (12 - before - after)}{phone[-after:]}"
    assert plain_mask(hidden) == f"{phone[:before]}*****{phone[-after:]}"
    assert fits_mask(hidden, phone)
    assert fits_mask(mask(phone), phone)
    assert payer_shown(hidden) == PaymentFacts("", 0, masked=plain_mask(hidden))
    assert payer_shown(phone_hash(phone).upper()).phone_hash == phone_hash(phone)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_shows_one_form_or_none(shown: str, name: str) -> None:
    facts = payer_shown(shown, name)
    assert sum(map(bool, (facts.phone, facts.masked, facts.phone_hash))) <= 1
    resolve_payer(Desk().books, shown, name)
