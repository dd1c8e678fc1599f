"""A checkout of a few files, with one of every way in which a module can reach another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

FILES = {
    "functions/ask/main.py": """
        import functions_framework
        from flask import Request
        from shared.app import serve
        from shared.talk.api import api
        """,
    "functions/sum/main.py": """
        import functions_framework
        from shared.app import app
        from shared.sums import total

        def sum(event):
            app().outbox.add(total([1]))
        """,
    "shared/__init__.py": "",
    "shared/app.py": """
        from typing import TYPE_CHECKING
        from shared.core import logs
        from shared.core.lazy import lazy

        if TYPE_CHECKING:
            from shared.never import Typed

        class App:
            def __init__(self, settings):
                self.settings = settings

            @lazy
            def store(self):
                return _store(self.settings.url)

            @lazy
            def outbox(self):
                return (self.store, self.bus)

            @lazy
            def bus(self):
                from shared.bus import cloud
                return cloud

            @lazy
            def model(self):
                from shared.talk.model import Model
                return Model

        def _store(url):
            if url.startswith("sqlite"):
                from shared.store.sqlite import open_sqlite
                return open_sqlite(url)
            from shared.store.cloud import open_cloud
            return open_cloud(url)

        def app():
            return App({})

        def serve(api, request):
            return api.serve(app(), request)
        """,
    "shared/core/__init__.py": "",
    "shared/core/lazy.py": """
        from importlib import import_module

        def lazy_names(package, homes):
            return lambda name: getattr(import_module(f"{package}.{homes[name]}"), name)
        """,
    "shared/core/logs.py": "import json",
    "shared/never.py": "",
    "shared/store/__init__.py": "",
    "shared/store/sqlite.py": "from shared.store.file import lock",
    "shared/store/file.py": "",
    "shared/store/cloud.py": "import requests",
    "shared/bus/__init__.py": "",
    "shared/bus/cloud.py": "from google.api_core import retry",
    "shared/talk/__init__.py": """
        from shared.core.lazy import lazy_names

        __getattr__ = lazy_names(
            __name__, {**dict.fromkeys(("Answer", "Reading"), "answers"), "Chart": "charts"}
        )
        """,
    "shared/talk/api.py": """
        from shared.talk import Answer

        def handler(ports):
            if ports.store.get("a"):
                from shared.talk.late import late
            return Answer
        """,
    "shared/talk/answers.py": """
        WORDS = "words.json"
        OTHER = "shared.talk.apart"
        """,
    "shared/talk/apart.py": "",
    "shared/talk/charts.py": "import reportlab",
    "shared/talk/late.py": "",
    "shared/talk/model.py": "from rapidfuzz import fuzz",
    "shared/talk/words.json": "{}",
    "shared/talk/tables/rates.json": "{}",
    "shared/talk/tables/__init__.py": "",
    "shared/talk/rates.py": 'TABLES = "tables"',
    "shared/sums.py": """
        def total(numbers):
            return sum(numbers)
        """,
}


def write(root: Path, changed: Mapping[str, str] | None = None) -> Path:
    """The checkout, with some files changed or added."""
    for name, text in {**FILES, **(changed or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"))
    return root
