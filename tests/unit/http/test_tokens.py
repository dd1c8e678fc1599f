"""Access tokens: one algorithm, every claim required, time from the clock that is given."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from http_world import World

from shared.core.clock import ManualClock
from shared.core.errors import Unauthorized
from shared.core.settings import Settings
from shared.http.auth import AUDIENCE, Actor, Tokens
from shared.http.roles import MANAGERS, MONEY, OWNERS, READERS, ROLES, WRITERS

AMINA = Actor("usr_amina", "biz_duka", "owner")
SECRET = "a" * 32


def claims(world: World, **changes: Any) -> dict[str, Any]:
    now = int(world.clock.now().timestamp())
    good = {
        "sub": "usr",
        "biz": "biz_a",
        "role": "owner",
        "iss": "hesabu",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 60,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def bearer(claimed: dict[str, Any], key: str = SECRET, algorithm: str = "HS256") -> str:
    return f"Bearer {jwt.encode(claimed, key, algorithm=algorithm)}"


def test_what_was_issued_is_proven(world: World) -> None:
    tokens = world.ports.tokens
    assert tokens.verify(f"Bearer {tokens.issue(AMINA)}") == AMINA


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_can_be_carried(world: World, role: str) -> None:
    tokens = world.ports.tokens
    assert tokens.verify(f"Bearer {tokens.issue(Actor('u', 'b', role))}").role == role


def test_a_token_lives_as_long_as_the_settings_say_by_the_given_clock(world: World) -> None:
    tokens = world.ports.tokens
    header = f"Bearer {tokens.issue(AMINA)}"
    world.clock.advance(tokens.lifetime - 1)
    assert tokens.verify(header) == AMINA
    world.clock.advance(1)
    with pytest.raises(Unauthorized) as refusal:
        tokens.verify(header)
    assert refusal.value.code == "token_expired"


def test_a_clock_set_back_does_not_refuse_people(world: World, clock: ManualClock) -> None:
    token = world.ports.tokens.issue(AMINA)
    earlier = ManualClock(clock.now().replace(hour=1))
    assert Tokens(world.settings, earlier).verify(f"Bearer {token}") == AMINA


def test_another_secret_or_issuer_proves_nothing(world: World) -> None:
    token = world.ports.tokens.issue(AMINA)
    for changed in ({"auth_secret": "b" * 32}, {"auth_issuer": "somebody"}):
        settings = {"auth_secret": SECRET, "callback_secret": "c" * 32, **changed}
        other = Tokens(Settings.model_validate(settings), world.clock)
        with pytest.raises(Unauthorized):
            other.verify(f"Bearer {token}")


@pytest.mark.parametrize(
    "changes",
    [{name: None} for name in ("sub", "biz", "role", "iss", "aud", "iat", "exp")]
    + [
        {"aud": "other"},
        {"aud": ["other"]},
        {"iss": "other"},
        {"exp": "soon"},
        {"exp": []},
        {"exp": -1},
        {"role": "root"},
        {"role": ["owner"]},
        {"biz": ""},
        {"biz": "../x"},
        {"biz": {"$ne": ""}},
        {"biz": "x" * 129},
    ],
    ids=str,
)
def test_a_claim_that_is_missing_or_odd_is_refused(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthorized):
        world.ports.tokens.verify(bearer(claims(world, **changes)))


def test_the_claims_themselves_are_good(world: World) -> None:
    assert world.ports.tokens.verify(bearer(claims(world))) == Actor("usr", "biz_a", "owner")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_one_algorithm_only(world: World, algorithm: str) -> None:
    settings = Settings.model_validate({"auth_secret": "a" * 64, "callback_secret": "c" * 32})
    tokens = Tokens(settings, world.clock)
    assert tokens.verify(bearer(claims(world), "a" * 64))
    with pytest.raises(Unauthorized):
        tokens.verify(bearer(claims(world), "a" * 64, algorithm))


def test_no_signature_is_no_proof(world: World) -> None:
    unsigned = jwt.encode(claims(world), None, algorithm="none")
    with pytest.raises(Unauthorized):
        world.ports.tokens.verify(f"Bearer {unsigned}")


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "bearer " + "x" * 40, "Bearer  " + "x" * 40, "Bearer " + "x" * 4001],
)
def test_a_header_of_another_form_is_refused(world: World, header: str | None) -> None:
    with pytest.raises(Unauthorized):
        world.ports.tokens.verify(header)


def test_who_may_do_what_is_one_table() -> None:
    assert OWNERS < MANAGERS < MONEY <= READERS
    assert READERS == ROLES
    assert "viewer" not in WRITERS | MONEY
    assert {"cashier", "service"} & MANAGERS == frozenset()
