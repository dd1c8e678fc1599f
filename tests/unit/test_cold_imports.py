"""What a cold start must not import, checked in a fresh interpreter for every function."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEVER = {"sklearn", "pandas", "scipy"}
ONLY_WHEN_USED = {
    # not google.cloud itself: functions-framework brings a module of that name space
    "google.api_core",
    "google.auth",
    "google.pubsub_v1",
    "grpc",
    "bson",
    "google.cloud.firestore",
    "google.cloud.pubsub",
    "google.cloud.storage",
    "google.cloud.vision",
    "google.generativeai",
    "reportlab",
    "sendgrid",
    "cv2",
    "numpy",
    "PIL",
    "rapidocr",
    "onnxruntime",
    "pypdfium2",
    "openpyxl",
    "xlsxwriter",
    "mt940",
    "defusedxml",
    "pillow_heif",
    "zxingcpp",
    "pymongo",
    "requests",
    "jwt",
    "argon2",
    "phonenumbers",
    "tenacity",
    "waitress",
}
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/main.py"))
LOAD = """
import json, sys
from functions_framework import create_app
create_app(sys.argv[1], sys.argv[2])
print(json.dumps(sorted(sys.modules)))
"""


def modules_of(function: str) -> set[str]:
    source = ROOT / "functions" / function / "main.py"
    done = subprocess.run(
        [sys.executable, "-c", LOAD, function, str(source)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_function_loads_nothing_heavy(function: str) -> None:
    loaded = modules_of(function)
    assert "shared.app" in loaded
    assert not (NEVER | ONLY_WHEN_USED) & loaded


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_one_short_file(function: str) -> None:
    folder = ROOT / "functions" / function
    assert [path.name for path in folder.glob("**/*.py")] == ["main.py"]
    assert len((folder / "main.py").read_text().splitlines()) <= 60


def test_scikit_learn_is_imported_nowhere_at_run_time() -> None:
    users = [path for path in (ROOT / "shared").rglob("*.py") if "sklearn" in path.read_text()]
    assert users == []
