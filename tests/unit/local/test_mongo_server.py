"""The MongoDB server for trying things out: an external program, or a plain word that it is missing."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from local.mongo_server import DAEMON, NotInstalled, mongo_command

ROOT = Path(__file__).parents[3]


def installed(folder: Path) -> Path:
    program = folder / DAEMON
    program.touch(mode=0o755)
    return program


def test_a_daemon_beside_python_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    program = installed(tmp_path)
    command = mongo_command(27_017, Path("var/mongo"))
    assert command[0] == str(program)
    assert {"--host=127.0.0.1", "--port=27017", "--storage-path=var/mongo", "--sync-on-commit"} <= set(
        command
    )


def test_a_daemon_on_the_path_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "elsewhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    program = installed(tmp_path)
    assert mongo_command(27_017, tmp_path)[0] == str(program)


def test_a_missing_daemon_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="pip install secantusdb"):
        mongo_command(27_017, tmp_path)


def test_nothing_that_is_shipped_imports_the_server() -> None:
    shipped = (path for room in ("shared", "local", "functions") for path in (ROOT / room).rglob("*.py"))
    for path in shipped:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0].startswith("secantus") for name in names), path
