"""Several functions in one process: each alone, nothing left behind, none able to break another."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from runtime_world import EVENT, function, one_function, write_function
from werkzeug.test import Client

from local.functions import Functions


def test_each_function_keeps_its_own_main_and_names(tmp_path: Path) -> None:
    write_function(tmp_path, "one", "return __name__ + str(sorted(k for k in globals() if 'e' in k)[-1:])")
    write_function(tmp_path, "two", "return 'two'")
    functions = Functions([function("one", "/one"), function("two", "/two")], tmp_path)
    answers = [Client(functions.app(name)).get(f"/{name}").text for name in ("one", "two", "one")]
    assert answers[0] == answers[2]
    assert answers[1] == "two"
    assert functions.module("one") is not functions.module("two")


def test_loading_leaves_no_trace_in_the_process(tmp_path: Path) -> None:
    write_function(tmp_path, "heard", "return None", EVENT)
    before = (list(sys.path), os.environ.get("FUNCTION_SIGNATURE_TYPE"), sys.modules.get("main"))
    Functions([function("heard", kind="event", types=["x.v1"])], tmp_path).app("heard")
    assert (list(sys.path), os.environ.get("FUNCTION_SIGNATURE_TYPE"), sys.modules.get("main")) == before


def test_an_http_function_loaded_after_an_event_function_stays_http(tmp_path: Path) -> None:
    write_function(tmp_path, "heard2", "return None", EVENT)
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "main.py").write_text("def plain(request):\n    return 'plain http'\n")
    topology = [function("heard2", kind="event", types=["x.v1"]), function("plain", "/plain")]
    functions = Functions(topology, tmp_path)
    functions.app("heard2")
    assert Client(functions.app("plain")).get("/plain").text == "plain http"


def test_a_function_is_loaded_when_first_called_and_once(tmp_path: Path) -> None:
    functions = one_function(tmp_path, "lazy_one", "return 'ok'")
    assert functions.loaded() == frozenset()
    assert functions.app("lazy_one") is functions.app("lazy_one")
    assert functions.loaded() == {"lazy_one"}


def test_a_load_that_failed_is_tried_again(tmp_path: Path) -> None:
    functions = one_function(tmp_path, "mended", "return 'ok'")
    main = tmp_path / "mended" / "main.py"
    good = main.read_text()
    main.write_text("import nothing_of_this_name\n")
    with pytest.raises(ModuleNotFoundError):
        functions.app("mended")
    main.write_text(good)
    assert Client(functions.app("mended")).get("/mended").status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/v1/a", "one"), ("/v1/a/b", "one"), ("/v1/ab", None), ("/v1", None), ("/", None), ("/v1/c", "two")],
)
def test_paths_are_matched_by_whole_segments(path: str, expected: str | None) -> None:
    functions = Functions([function("one", "/v1/a"), function("two", "/v1/c", "/v1/d")])
    found = functions.by_path(path)
    assert (found.name if found else None) == expected
