"""Users and businesses live in the system tenant; a user belongs to businesses, each with one role."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.core.callback_words import forbidden_word
from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import Invalid, Unauthorized
from shared.core.ids import check_id
from shared.core.phone import parse_phone
from shared.events import SYSTEM
from shared.http.auth import Actor
from shared.http.roles import ROLES
from shared.store import Doc, Key, Query, Store

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PROFILE = Key("profile", "business")
MEMBERS = "members"
"""In each business: who belongs to it, as which role, and where that person is told something."""
MAX_FAILURES, LOCK_MINUTES = 5, 15
USER_ID = 24
"""Characters of the key that stand for a user everywhere else."""


@dataclass(frozen=True, slots=True)
class Membership:
    """One business of a user and the role there."""

    business: str
    role: str


@cache
def _hasher() -> PasswordHasher:
    """Argon2id at 19 MiB, two passes: OWASP's floor, and small enough for a 256 MiB function."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def _user_key(email: str) -> Key:
    return Key("users", hashlib.sha256(email.strip().casefold().encode()).hexdigest())


def add_business(store: Store, business: str, profile: dict[str, Any]) -> None:
    """Register a business (id chosen by the caller) and keep its profile in its own tenant.

    Raises Invalid ``business_invalid`` when the id would make Daraja refuse its callback addresses.
    """
    check_id(business, "business")
    if business == SYSTEM:
        raise Invalid("business_invalid", f"'{SYSTEM}' is the tenant of users and timers")
    if word := forbidden_word(business):
        raise Invalid("business_invalid", f"Daraja refuses callback addresses that contain '{word}'")
    store.put(SYSTEM, Key("businesses", business), {"name": profile["name"]})
    store.put(business, PROFILE, profile)


def businesses(store: Store) -> list[Doc]:
    """Every business: for timers and operators only, never for a request."""
    return store.all(SYSTEM, Query("businesses"))


def add_user(store: Store, email: str, password: str, memberships: list[Membership], phone: str = "") -> None:
    """Create or replace a user, and list them with each of their businesses.

    Raises Invalid for a password under 10 characters, an unknown role, or a phone that is no Kenyan mobile's.
    """
    if len(password) < 10:
        raise Invalid("password_weak", "a password has at least 10 characters")
    if any(m.role not in ROLES for m in memberships):
        raise Invalid("role_unknown", f"roles are {', '.join(sorted(ROLES))}")
    reached = {"email": email.strip(), "phone": parse_phone(phone, "/phone") if phone else ""}
    member = [{"business": m.business, "role": m.role} for m in memberships]
    user = {"email": email, "password": _hasher().hash(password), "memberships": member}
    key = _user_key(email)
    before = store.get(SYSTEM, key)
    store.put(SYSTEM, key, {**user, "failures": 0, "locked_until": ""})
    listed = Key(MEMBERS, key.id[:USER_ID])
    for old in before.data["memberships"] if before else ():
        if old["business"] not in {m.business for m in memberships}:
            store.delete(old["business"], listed)
    for one in memberships:
        store.put(one.business, listed, {**reached, "role": one.role})


def sign_in(store: Store, now: datetime, email: str, password: str, business: str | None) -> Actor:
    """Check a password and pick the business; raises Unauthorized.

    An unknown e-mail, a wrong password and a locked user cost the same time and get the same answer, so that
    nobody learns who has an account here. After MAX_FAILURES wrong passwords in a row the right one is not
    taken either, for LOCK_MINUTES.
    """
    key = _user_key(email)
    user = store.get(SYSTEM, key)
    right = _is_right(user.data["password"] if user else _stand_in(), password)
    if user is None or _is_locked(user, now):
        raise _refusal()
    if not right:
        _count_failure(store, key, now)
        raise _refusal()
    if user.data["failures"]:
        store.update(SYSTEM, key, {"failures": 0, "locked_until": ""})
    return _choose(user, business)


def _refusal() -> Unauthorized:
    return Unauthorized(
        f"the e-mail or the password is wrong; after {MAX_FAILURES} wrong tries, wait {LOCK_MINUTES} minutes"
    )


def _is_right(stored: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerifyMismatchError

    try:
        return _hasher().verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _is_locked(user: Doc, now: datetime) -> bool:
    until = user.data["locked_until"]
    return bool(until) and parse_rfc3339(until) > now


@cache
def _stand_in() -> str:
    return _hasher().hash("nobody has this password")


def _count_failure(store: Store, key: Key, now: datetime) -> None:
    def count(tx: Any) -> None:
        failures = tx.require(key).data["failures"] + 1
        until = rfc3339(now + timedelta(minutes=LOCK_MINUTES)) if failures >= MAX_FAILURES else ""
        tx.update(key, {"failures": 0 if until else failures, "locked_until": until})

    store.transaction(SYSTEM, count)


def _choose(user: Doc, business: str | None) -> Actor:
    memberships = user.data["memberships"]
    chosen = [m for m in memberships if business in (None, m["business"])]
    if not chosen:
        raise _refusal()
    return Actor(user.id[:USER_ID], chosen[0]["business"], chosen[0]["role"])
