"""The smoke test of a deployment, tried on a running system that is well and on one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.access import Membership, add_user
from tests.e2e.world import BUSINESS, World, furnish, running
from tools import smoke

EMAIL, PASSWORD = "juma@duka.example", "a long password"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.delenv("SMOKE_EMAIL", raising=False)
    monkeypatch.delenv("SMOKE_PASSWORD", raising=False)
    with running(tmp_path) as world:
        yield furnish(world)


def lines(capsys: pytest.CaptureFixture[str], kind: str) -> list[str]:
    return [line.split(":")[0][9:] for line in capsys.readouterr().out.splitlines() if line.startswith(kind)]


def test_a_well_system_passes_without_a_password(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main([world.system.url]) == 0
    assert lines(capsys, "ok") == [check.__name__.replace("_", " ") for check in smoke.ALWAYS]


def test_with_a_password_it_looks_inside(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_user(world.system.app.store, EMAIL, PASSWORD, [Membership(BUSINESS, "owner")])
    monkeypatch.setenv("SMOKE_EMAIL", EMAIL)
    monkeypatch.setenv("SMOKE_PASSWORD", PASSWORD)
    assert smoke.main([world.system.url + "/"]) == 0
    printed = capsys.readouterr().out
    assert "as owner of biz_duka" in printed
    assert "1 invoice seen" in printed
    assert PASSWORD not in printed


def test_a_wrong_password_is_one_failure(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMOKE_EMAIL", EMAIL)
    monkeypatch.setenv("SMOKE_PASSWORD", "not the password")
    assert smoke.main([world.system.url]) == 3, "no token: the two that need one fail as well"
    assert lines(capsys, "FAILED") == ["signs in", "lists", "answers questions"]


def test_an_address_that_answers_something_else_fails_in_words(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert smoke.main([f"{world.system.url}/v1"]) == 3, "what must not be there is not there either"
    assert lines(capsys, "FAILED") == ["alive", "ready", "strangers are refused"]


def test_an_address_that_does_not_answer_fails_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main(["http://127.0.0.1:9"]) == len(smoke.ALWAYS)
    assert "no answer: ConnectionError" in capsys.readouterr().out
