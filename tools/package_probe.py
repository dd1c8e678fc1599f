"""Run in an environment that holds a function's own requirements and nothing else: does its zip work?

    python -I package_probe.py FOLDER TARGET answers|starts      (imports to try, JSON, on standard input)

FOLDER is the unpacked zip. ``answers`` loads the function as the platform does, without settings, sends it
one request or event, then carries out every import of its modules, those inside functions too; prints one
JSON line. ``starts`` loads it as on Cloud Run, where bad settings must end the process.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from typing import Any

EVENT = {
    "specversion": "1.0",
    "id": "1",
    "type": "sweep.due.v1",
    "source": "//package-check",
    "data": {},
}


def main() -> None:
    """Probe, and print what was seen."""
    folder, target, stage = sys.argv[1:4]
    if stage == "starts":
        os.environ["K_SERVICE"] = target
        _load(folder, target)
        return
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        status, body = _ask(_load(folder, target), path=f"/{target}")
    missing = [fault for one in json.load(sys.stdin) if (fault := _import(*one))]
    ours = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "shared"}
    strays = [name for name, module in ours.items() if not str(module.__file__).startswith(folder)]
    answer = {"status": status, "said": body + said.getvalue(), "missing": missing, "strays": strays}
    print(json.dumps({**answer, "modules": len(ours)}))


def _load(folder: str, target: str) -> Any:
    from functions_framework import create_app

    return create_app(target, os.path.join(folder, "main.py"))  # type: ignore[no-untyped-call]


def _ask(application: Any, path: str) -> tuple[int, str]:
    """One request without a token; a function for events answers 405 to GET, and is sent an event then."""
    client = application.test_client()
    answer = client.get(path)
    if answer.status_code == 405:
        answer = client.post("/", data=json.dumps(EVENT), content_type="application/cloudevents+json")
    return answer.status_code, answer.get_data(as_text=True)


def _import(module: str, name: str) -> str:
    """Carry out ``from module import name``; returns what went wrong."""
    try:
        loaded = importlib.import_module(module)
        if name and name != "*" and not hasattr(loaded, name):
            importlib.import_module(f"{module}.{name}")
    except ImportError as error:
        return f"from {module} import {name}: {error}" if name else f"import {module}: {error}"
    return ""


if __name__ == "__main__":
    main()
