"""``python -m local run`` and ``tools.check_settings`` say what is wrong before anything is served."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from local import preflight
from local.__main__ import main as run_local
from shared.app import App
from shared.core.errors import Unavailable
from shared.core.settings import Settings, load_settings
from tests.support.bad_settings import CLOUD, FORMS, GOOD, IN_CLOUD, PARTS, Bad
from tools.check_settings import main as check_settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")  # so that what a start makes up goes away again
        monkeypatch.delenv(name.upper())
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def give(environment: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        environment.setenv(name, value)


def assert_named(bad: Bad, said: str) -> None:
    for part in bad.says:
        assert part in said
    for secret in bad.hides:
        assert secret not in said


MADE_UP = {"a missing secret", "both secrets missing"}
"""A laptop makes its own secrets."""


@pytest.mark.parametrize("name", sorted({**FORMS, **PARTS}.keys() - MADE_UP))
def test_make_run_ends_with_one_line(
    name: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {**FORMS, **PARTS}[name]
    give(environment, bad.given)
    assert run_local(["run", "--port", "0"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("hesabu: ")
    assert_named(bad, line)


@pytest.mark.parametrize("name", sorted({**FORMS, **CLOUD, **PARTS}))
def test_check_settings_has_one_line_for_each_fault(
    name: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {**FORMS, **CLOUD, **PARTS}[name]
    give(environment, bad.given)
    assert check_settings(["--connect"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert_named(bad, err)
    for line in err.splitlines():
        assert line.split()[0].rstrip(":") in {name.upper() for name in Settings.model_fields}


def test_good_settings_are_said_to_be(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_settings(["--connect"]) == 0
    assert capsys.readouterr().out == "settings are usable\n"


def test_the_cloud_asks_for_every_secret_that_a_function_needs(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(environment, {**IN_CLOUD, "AUTH_SECRET": "", "K_SERVICE": ""})
    assert check_settings(["--cloud"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "AUTH_SECRET",
        "DARAJA_KEY",
        "DARAJA_SECRET",
        "DARAJA_PASSKEY",
    ]
    assert "every function" in lines[0]
    assert all(name in lines[1] for name in ("payouts", "settle", "stk_push", "sweep"))


class Hanging(App):
    """A store that never answers, a bus that is away, and a bucket that breaks in its own way."""

    @property
    def store(self) -> object:  # type: ignore[override]
        threading.Event().wait(20)
        return None

    @property
    def bus(self) -> object:  # type: ignore[override]
        raise Unavailable("there is nobody")

    @property
    def blobs(self) -> object:  # type: ignore[override]
        raise ZeroDivisionError(GOOD["AUTH_SECRET"])


def test_what_hangs_is_named_and_holds_nothing_up(environment: pytest.MonkeyPatch) -> None:
    found = preflight.unreachable(Hanging(load_settings()), seconds=0.05)
    assert found == [
        "STORE_URL: no answer in time",
        "BUS_URL: there is nobody",
        "BLOB_URL: cannot be used (ZeroDivisionError)",
    ]
