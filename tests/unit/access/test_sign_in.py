"""Signing in: the right password of the right person, and nothing learned by anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.access import Membership, add_business, add_user, businesses, sign_in
from shared.core.clock import ManualClock
from shared.core.errors import Invalid, InvalidDocument, Unauthorized
from shared.events import SYSTEM
from shared.http.auth import Actor
from shared.store import Key, Query, Store

EMAIL, PASSWORD = "amina@duka.example", "sukuma-wiki-42"
DUKA, KIOSK = Membership("biz_duka", "owner"), Membership("biz_kiosk", "cashier")


@pytest.fixture(autouse=True)
def amina(store: Store) -> None:
    add_user(store, EMAIL, PASSWORD, [DUKA, KIOSK])


def enter(
    store: Store,
    clock: ManualClock,
    password: str = PASSWORD,
    email: str = EMAIL,
    business: str | None = None,
) -> Actor:
    return sign_in(store, clock.now(), email, password, business)


def refused(store: Store, clock: ManualClock, password: str, email: str = EMAIL) -> tuple[str, str]:
    with pytest.raises(Unauthorized) as refusal:
        enter(store, clock, password, email)
    return refusal.value.code, refusal.value.message


def test_the_first_business_is_taken_when_none_is_named(store: Store, clock: ManualClock) -> None:
    actor = enter(store, clock)
    assert (actor.business, actor.role) == ("biz_duka", "owner")


def test_the_named_business_decides_the_role(store: Store, clock: ManualClock) -> None:
    actor = enter(store, clock, business="biz_kiosk")
    assert (actor.business, actor.role) == ("biz_kiosk", "cashier")


def test_somebody_elses_business_is_refused_like_a_wrong_password(store: Store, clock: ManualClock) -> None:
    wrong = refused(store, clock, "not the password")
    with pytest.raises(Unauthorized) as refusal:
        enter(store, clock, business="biz_other")
    assert (refusal.value.code, refusal.value.message) == wrong


@pytest.mark.parametrize("email", [" Amina@Duka.example ", "AMINA@DUKA.EXAMPLE"])
def test_an_email_is_one_person_however_it_is_typed(store: Store, clock: ManualClock, email: str) -> None:
    assert enter(store, clock, email=email) == enter(store, clock)


def test_the_user_of_a_token_is_not_the_email(store: Store, clock: ManualClock) -> None:
    assert "amina" not in enter(store, clock).user


def test_an_unknown_email_and_a_wrong_password_answer_the_same(store: Store, clock: ManualClock) -> None:
    assert refused(store, clock, "not the password") == refused(store, clock, PASSWORD, "nobody@duka.example")


def test_five_wrong_passwords_lock_and_say_nothing_new(store: Store, clock: ManualClock) -> None:
    answers = {refused(store, clock, f"guess number {n}") for n in range(5)}
    answers.add(refused(store, clock, PASSWORD))
    answers.add(refused(store, clock, "guess number 6"))
    assert len(answers) == 1


def test_the_lock_ends_after_fifteen_minutes(store: Store, clock: ManualClock) -> None:
    for guess in range(5):
        refused(store, clock, f"guess number {guess}")
    clock.advance(timedelta(minutes=15).total_seconds() - 1)
    refused(store, clock, PASSWORD)
    clock.advance(1)
    assert enter(store, clock).business == "biz_duka"


def test_guesses_while_locked_do_not_lengthen_the_lock(store: Store, clock: ManualClock) -> None:
    for guess in range(5):
        refused(store, clock, f"guess number {guess}")
    clock.advance(14 * 60)
    for guess in range(5):
        refused(store, clock, f"late guess {guess}")
    clock.advance(60)
    assert enter(store, clock).business == "biz_duka"


def test_the_right_password_forgives_earlier_slips(store: Store, clock: ManualClock) -> None:
    for _ in range(2):
        for guess in range(4):
            refused(store, clock, f"guess number {guess}")
        assert enter(store, clock).role == "owner"


def test_one_persons_guesses_do_not_lock_another(store: Store, clock: ManualClock) -> None:
    add_user(store, "ben@duka.example", PASSWORD, [KIOSK])
    for guess in range(5):
        refused(store, clock, f"guess number {guess}")
    assert enter(store, clock, email="ben@duka.example").role == "cashier"


def test_guessing_unknown_emails_stores_nothing(store: Store, clock: ManualClock) -> None:
    before = store.get(SYSTEM, _user(store, clock))
    for guess in range(6):
        refused(store, clock, PASSWORD, f"nobody{guess}@duka.example")
    assert store.get(SYSTEM, _user(store, clock)) == before
    assert store.get(SYSTEM, Key("users", "0" * 64)) is None


def _user(store: Store, clock: ManualClock) -> Key:
    """Where the only known user lies: the token's user is the beginning of its id."""
    import hashlib

    identity = hashlib.sha256(EMAIL.encode()).hexdigest()
    assert enter(store, clock).user == identity[:24]
    return Key("users", identity)


def test_the_password_itself_is_not_stored(store: Store, clock: ManualClock) -> None:
    doc = store.require(SYSTEM, _user(store, clock))
    assert doc.data["password"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in str(doc.data)


@pytest.mark.parametrize("password", ["", "short", "nine char"])
def test_a_weak_password_is_refused_and_nobody_is_added(
    store: Store, clock: ManualClock, password: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add_user(store, "new@duka.example", password, [DUKA])
    assert refusal.value.code == "password_weak"
    refused(store, clock, password, "new@duka.example")


def test_an_unknown_role_is_refused(store: Store) -> None:
    with pytest.raises(Invalid) as refusal:
        add_user(store, "new@duka.example", PASSWORD, [Membership("biz_duka", "root")])
    assert refusal.value.code == "role_unknown"


def test_a_user_of_no_business_cannot_enter(store: Store, clock: ManualClock) -> None:
    add_user(store, "nowhere@duka.example", PASSWORD, [])
    refused(store, clock, PASSWORD, "nowhere@duka.example")


def test_a_damaged_hash_is_a_refusal_and_not_a_crash(store: Store, clock: ManualClock) -> None:
    store.update(SYSTEM, _user(store, clock), {"password": "not a hash"})
    refused(store, clock, PASSWORD)


@pytest.mark.parametrize("business", ["system", "biz_mpesa", "biz_sql_shop", "cmd"])
def test_a_business_that_daraja_could_not_call_is_refused(store: Store, business: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add_business(store, business, {"name": "x"})
    assert refusal.value.code == "business_invalid"
    assert businesses(store) == []


@pytest.mark.parametrize("business", ["", "..", "a/b", "__x", "x" * 129, "duka\n"])
def test_a_business_needs_an_id_that_every_store_takes(store: Store, business: str) -> None:
    with pytest.raises(InvalidDocument):
        add_business(store, business, {"name": "x"})


def test_a_business_keeps_its_profile_in_its_own_tenant(store: Store) -> None:
    add_business(store, "biz_duka", {"name": "Duka", "kra_pin": "P051234567Z"})
    assert [b.id for b in businesses(store)] == ["biz_duka"]
    assert "kra_pin" not in store.query(SYSTEM, Query("businesses")).docs[0].data
    assert store.require("biz_duka", Key("profile", "business")).data["kra_pin"] == "P051234567Z"


def members(store: Store, business: str) -> list[dict[str, str]]:
    return [doc.data for doc in store.all(business, Query("members"))]


def test_each_business_lists_who_belongs_to_it(store: Store) -> None:
    add_user(store, " Ben@duka.example", PASSWORD, [DUKA, KIOSK], "0712 345 678")
    ben = {"email": "Ben@duka.example", "phone": "254712345678"}
    assert {**ben, "role": "owner"} in members(store, "biz_duka")
    assert {**ben, "role": "cashier"} in members(store, "biz_kiosk")
    add_user(store, "ben@duka.example", PASSWORD, [Membership("biz_duka", "viewer")])
    assert [one["email"] for one in members(store, "biz_kiosk")] == [EMAIL]
    assert {"email": "ben@duka.example", "phone": "", "role": "viewer"} in members(store, "biz_duka")


def test_a_phone_that_is_none_adds_nobody(store: Store) -> None:
    with pytest.raises(Invalid):
        add_user(store, "ben@duka.example", PASSWORD, [DUKA], "12")
    assert [one["email"] for one in members(store, "biz_duka")] == [EMAIL]
