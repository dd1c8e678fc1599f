"""make infra-check where things are missing: plain words, the real providers, and a failure that shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.topology import ROOT
from tools import infra_check


def infra_check_run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command with nothing on PATH but what is in ``folder``, and no stand-in providers."""
    env = {name: value for name, value in os.environ.items() if name != "REQUIRE_SHARED"}
    env |= {"PATH": str(folder), "HESABU_SHARED": str(folder / "nowhere"), **variables}
    command = [sys.executable, "-m", "tools.infra_check"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def terraform(tmp_path: Path) -> Path:
    """A terraform that writes down where and how it was called, and fails on what ``broken`` names."""
    program = tmp_path / "terraform"
    asked, broken = tmp_path / "asked", tmp_path / "broken"
    broken.write_text("nothing")
    program.write_text(
        "#!/bin/sh\n"
        f'echo "$PWD $*" >> "{asked}"\n'
        f'read -r word < "{broken}"\n'
        'case "$PWD $*" in *"$word"*) echo "it is broken" >&2; exit 1;; esac\n'
    )
    program.chmod(0o755)
    return tmp_path


def test_without_terraform_it_says_so(tmp_path: Path) -> None:
    done = infra_check_run(tmp_path)
    assert done.returncode == 2
    assert "terraform is not installed" in done.stderr


def test_where_the_stand_ins_are_required_their_absence_is_a_failure(terraform: Path) -> None:
    done = infra_check_run(terraform, REQUIRE_SHARED="1")
    assert done.returncode == 2
    assert "the stand-in providers are not here" in done.stderr


def test_without_stand_ins_every_folder_is_checked_with_the_real_providers(terraform: Path) -> None:
    done = infra_check_run(terraform)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = (terraform / "asked").read_text().splitlines()
    for folder in (*infra_check.ROOTS, *infra_check.MODULES):
        said = [line.removeprefix(f"{folder} ") for line in asked if line.startswith(f"{folder} ")]
        assert [words.split()[0] for words in said] == ["fmt", "init", "validate", "test"], folder
        assert "-backend=false" in said[1], "nobody's state is opened"


def test_one_failure_is_shown_and_the_rest_is_checked_all_the_same(terraform: Path) -> None:
    (terraform / "broken").write_text("modules/topic validate")
    done = infra_check_run(terraform)
    assert done.returncode == 1
    assert "FAILED infra/terraform/modules/topic" in done.stdout
    assert "it is broken" in done.stdout
    assert "passed infra/terraform/modules/function" in done.stdout
