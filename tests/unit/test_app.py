"""The composition root: one App a process, and unusable settings are named."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from shared.access.api import api
from shared.app import App, app, serve, use
from shared.core import logs
from shared.core.errors import Invalid
from shared.core.settings import Settings

SECRETS = {"AUTH_SECRET": "a" * 40, "CALLBACK_SECRET": "c" * 40}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # a process of its own takes over all logging
    use(None)
    yield
    use(None)


def test_missing_settings_are_named_in_a_problem() -> None:
    with Flask("x").test_request_context("/v1/auth/me"):
        response = serve(api, request)
    body = response.get_json()
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert body["code"] == "settings_invalid"
    assert "AUTH_SECRET" in body["detail"]
    assert "CALLBACK_SECRET" in body["detail"]
    assert body["request_id"].startswith("req_")


def test_with_settings_the_process_has_one_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {**SECRETS, "STORE_URL": f"sqlite:///{tmp_path}/x.db"}.items():
        monkeypatch.setenv(name, value)
    first = app()
    assert app() is first
    assert first.store is first.store
    first.store.close()
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler.formatter, logs.JsonFormatter), "what Flask logs leaves redacted, in our form"


@pytest.mark.parametrize(
    ("name", "url"),
    [("store", "redis://x"), ("blobs", "ftp://x"), ("blobs", "gs://Not/A/Bucket"), ("bus", "kafka://x")],
)
def test_an_unknown_adapter_is_refused_by_its_scheme(name: str, url: str) -> None:
    variable = {"store": "store_url", "blobs": "blob_url", "bus": "bus_url"}[name]
    settings = Settings.model_validate({**{k.lower(): v for k, v in SECRETS.items()}, variable: url})
    with pytest.raises(Invalid, match=url.split(":", 1)[0]):
        getattr(App(settings), name)


@pytest.mark.parametrize(
    ("given", "told"), [({}, False), ({"log_metrics": True}, True), ({"k_service": "settle"}, True)]
)
def test_metrics_become_lines_in_the_cloud_or_when_asked_for(given: dict[str, Any], told: bool) -> None:
    secrets = {name.lower(): value for name, value in SECRETS.items()}
    App(Settings.model_validate({**secrets, **given, "google_cloud_project": "duka-prod"}))
    formatters = [h.formatter for h in logs.log.handlers if isinstance(h, logs.StderrHandler)]
    assert logs.metric_log.disabled is not told
    assert [f.project for f in formatters if isinstance(f, logs.JsonFormatter)] == ["duka-prod"]
    App(Settings.model_validate(secrets))
    assert logs.metric_log.disabled
