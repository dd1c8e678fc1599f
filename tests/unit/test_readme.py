"""The README speaks of what there is: targets, commands, functions, files and settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.__main__ import _parser
from shared.core.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
ENV = (ROOT / ".env.example").read_text()


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)", README))
    assert {"run", "test"} <= named <= targets


def test_every_local_command_exists() -> None:
    usage = re.sub(r"\s+", " ", _parser().format_help())
    known = set(re.findall(r"[a-z-]+", usage))
    named = set(re.findall(r"python -m local ([a-z-]+)", README))
    assert named
    assert named <= known


def test_the_table_of_functions_is_whole() -> None:
    table = README[README.index("## Functions") : README.index("Each runs alone")]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named == {path.parent.name for path in (ROOT / "functions").glob("*/main.py")}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_every_link_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / page).read_text())
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_every_setting_is_explained_and_every_explained_one_exists() -> None:
    explained = {name.lower() for name in re.findall(r"^([A-Z0-9_]+)=", ENV, re.MULTILINE)}
    assert explained == set(Settings.model_fields)


def test_every_benchmark_named_is_there() -> None:
    named = set(re.findall(r"python -m (bench\.\w+)", README))
    assert named
    assert [name for name in named if not _runs(ROOT / name.replace(".", "/"))] == []


def _runs(path: Path) -> bool:
    """A module, or a package that runs."""
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()
