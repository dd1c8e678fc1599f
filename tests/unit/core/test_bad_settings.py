"""Each bad configuration is named in one line, at start, without a secret in it."""

from __future__ import annotations

import json

import pytest

from shared import app as composition
from shared.core.errors import Invalid
from shared.core.settings import Settings, load_settings
from tests.support.bad_settings import CLOUD, FORMS, GOOD, IN_CLOUD, Bad


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def give(environment: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        environment.setenv(name, value)


def assert_named(bad: Bad, line: str) -> None:
    assert "\n" not in line
    for part in bad.says:
        assert part in line
    for secret in bad.hides:
        assert secret not in line


@pytest.mark.parametrize("name", [*FORMS, *CLOUD])
def test_it_is_named_in_one_line(name: str, environment: pytest.MonkeyPatch) -> None:
    bad = {**FORMS, **CLOUD}[name]
    give(environment, bad.given)
    with pytest.raises(Invalid) as refused:
        load_settings()
    assert refused.value.code == "settings_invalid"
    assert_named(bad, refused.value.message)


def test_good_settings_pass_here_and_in_the_cloud(environment: pytest.MonkeyPatch) -> None:
    assert load_settings().store_url == "sqlite:///var/hesabu.db"
    give(environment, IN_CLOUD)
    assert load_settings().bus_url == "pubsub://demo-books"
    give(
        environment,
        {"DARAJA_URL": "https://api.safaricom.co.ke", "PUBLIC_URL": "https://books.example.co.ke/"},
    )
    assert load_settings().public_url == "https://books.example.co.ke"


@pytest.mark.parametrize(
    "url",
    [
        "firestore://demo",
        "firestore://demo/(default)",
        "mongodb://127.0.0.1:27017/books",
        "mongodb://one:1,two:2/books?replicaSet=rs0",
        "mongodb+srv://me:p%2Fw@cluster.example.net/books?retryWrites=true",
        "sqlite:////var/lib/hesabu.db",
    ],
)
def test_store_addresses_that_are_fine(url: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STORE_URL", url)
    assert load_settings().store_url == url


def test_an_instance_with_bad_settings_ends_before_it_serves(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(environment, {**IN_CLOUD, "AUTH_SECRET": ""})
    with pytest.raises(SystemExit) as ended:
        composition.start()
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["why"] == "AUTH_SECRET: is missing"


def test_an_instance_with_good_settings_starts(environment: pytest.MonkeyPatch) -> None:
    give(environment, IN_CLOUD)
    composition.start()


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        (setting, name)
        for name, bad in FORMS.items()
        for setting in ("STORE_URL", "BUS_URL", "BLOB_URL")
        if setting in bad.given
    ],
)
def test_no_adapter_takes_what_settings_refuse(setting: str, name: str) -> None:
    """The forms stand in two places, because settings import no adapter."""
    fields = {field.lower(): value for field, value in {**GOOD, setting: FORMS[name].given[setting]}.items()}
    app = composition.App(Settings.model_validate(fields))
    port = {"STORE_URL": "store", "BUS_URL": "bus", "BLOB_URL": "blobs"}[setting]
    with pytest.raises(Invalid) as refused:
        getattr(app, port)
    assert refused.value.message.startswith(setting)
