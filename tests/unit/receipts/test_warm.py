"""Whether the engines read is found before the first receipt, and /readyz of the function tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from functions_framework import create_app
from pydantic import SecretStr

from shared.app import App, use
from shared.core.errors import Unavailable
from shared.core.settings import Settings
from shared.receipts.engines.warm import warm_up
from tests.unit.receipts.support import ScriptedEngine

MAIN = Path(__file__).parents[3] / "functions" / "ocr_receipt" / "main.py"
SECRET = SecretStr("0123456789abcdef" * 4)


class Absent:
    name = "absent"

    def read(self, picture: object) -> Any:
        raise Unavailable("rapidocr is not installed", code="ocr_unavailable")


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[Any]:
    """What /readyz of the function answers with the engines given."""
    settings = Settings(
        auth_secret=SECRET,
        callback_secret=SECRET,
        store_url=f"sqlite:///{tmp_path}/x.db",
        log_level="CRITICAL",
    )
    app = App(settings)
    use(app)
    client = create_app("ocr_receipt", str(MAIN)).test_client()

    def ask(*engines: Any, path: str = "/readyz") -> tuple[int, Any]:
        app.built["engines"] = engines
        answer = client.get(path)
        return answer.status_code, json.loads(answer.get_data())

    yield ask
    use(None)
    app.close()


def test_readyz_of_the_reader_asks_its_engine_once(ready: Any) -> None:
    engine = ScriptedEngine("TOTAL", "1250")
    for _ in range(2):
        assert ready(engine) == (
            200,
            {"status": "ready", "checks": dict.fromkeys(("settings", "store", "bus", "engines"), "ok")},
        )
    assert engine.calls == 1
    assert ready(path="/healthz") == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "engines", [(), (Absent(),), (ScriptedEngine("TOTAI"),), (Absent(), ScriptedEngine("TOTAL 1250"))]
)
def test_an_engine_that_cannot_read_is_told(ready: Any, engines: tuple[Any, ...]) -> None:
    """The engine in reserve makes nothing well: all its receipts would go to people."""
    status, problem = ready(*engines)
    assert (status, problem["code"]) == (503, "not_ready")
    assert problem["errors"] == [{"pointer": "/engines", "detail": "ocr_unavailable"}]


def test_the_small_picture_is_readable() -> None:
    from shared.receipts import build_engines

    engines = build_engines("rapidocr")
    warm_up(engines)


def test_events_are_still_taken(ready: Any) -> None:
    assert ready(ScriptedEngine("TOTAL 1250"))[0] == 200
    client = create_app("ocr_receipt", str(MAIN)).test_client()
    assert client.post("/", data=b"no event").status_code == 415
