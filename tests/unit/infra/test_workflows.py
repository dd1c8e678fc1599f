"""The workflows only call make: whatever they do can be done, and is tried, without them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS: dict[str, dict[Any, Any]] = {path.stem: yaml.safe_load(path.read_text()) for path in FILES}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
WORKS_ON = {
    "package": "tools/package.py",
    "package-check": "tools/package.py",
    "infra-check": "infra/terraform",
    "plan": "infra/terraform",
    "deploy": "infra/terraform",
}
"""A target may be missing only as long as what it works on is."""
SETUP = ["sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends tesseract-ocr"]
CLOUD = {"plan", "deploy"}


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, workflow in WORKFLOWS.items():
        for job in workflow["jobs"].values():
            yield name, job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, step) for name, job in jobs() for step in job["steps"])


def commands() -> list[tuple[str, str]]:
    return [(name, line) for name, step in steps() for line in step.get("run", "").splitlines()]


def test_there_is_one_for_each_duty() -> None:
    assert set(WORKFLOWS) == {"test", "lint", "scan", "package", "plan", "deploy"}
    called = {line.split()[1] for _, line in commands() if line.startswith("make ")}
    assert called == {"test", "lint", "infra-check", "scan", "package", "package-check", "plan", "deploy"}


@pytest.mark.parametrize("line", sorted({line for _, line in commands()}))
def test_a_command_is_a_make_target_that_exists(line: str) -> None:
    if line in SETUP:
        return
    match = re.fullmatch(r'make ([a-z-]+)( ENV="\$ENV")?', line)
    assert match is not None, "put it behind a make target"
    target = match[1]
    missing_for_now = target in WORKS_ON and not (ROOT / WORKS_ON[target]).exists()
    assert target in TARGETS or missing_for_now, f"the Makefile has no target '{target}'"


def test_nothing_from_outside_is_pasted_into_a_shell() -> None:
    assert [line for _, line in commands() if "${{" in line] == []
    for workflow in WORKFLOWS.values():
        assert "pull_request_target" not in workflow[True], "it would run a stranger's code with our rights"


def test_actions_are_pinned() -> None:
    used = {step["uses"] for _, step in steps() if "uses" in step}
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})", action)] == []


def test_a_job_may_read_the_code_and_only_cloud_jobs_may_ask_for_a_token() -> None:
    for name, job in jobs():
        assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
        given = job.get("permissions", {})
        assert given == ({"contents": "read", "id-token": "write"} if name in CLOUD else {})
        assert job["timeout-minutes"] <= 45


def test_google_is_entered_by_federation_and_no_key_is_kept() -> None:
    for path in FILES:
        text = path.read_text()
        assert "secrets." not in text
        assert "credentials_json" not in text
    entered = {
        name: step["with"] for name, step in steps() if "google-github-actions/auth" in step.get("uses", "")
    }
    assert set(entered) == CLOUD
    for name, given in entered.items():
        provider = "PLAN_IDENTITY_PROVIDER" if name == "plan" else "WORKLOAD_IDENTITY_PROVIDER"
        assert given["workload_identity_provider"] == f"${{{{ vars.{provider} }}}}"
        assert given["service_account"] == f"${{{{ vars.{name.upper()}_SERVICE_ACCOUNT }}}}"
    assert entered["plan"] != entered["deploy"], "a plan runs unreviewed code: it must not be able to apply"


@pytest.mark.parametrize("name", sorted(CLOUD))
def test_a_cloud_job_names_its_environment_and_waits_for_its_turn(name: str) -> None:
    workflow = WORKFLOWS[name]
    (job,) = workflow["jobs"].values()
    assert job["environment"] == job["env"]["ENV"] == "${{ inputs.environment || 'dev' }}"
    assert workflow[True]["workflow_dispatch"]["inputs"]["environment"]["options"] == [
        "dev",
        "staging",
        "prod",
    ]
    assert workflow["concurrency"]["group"].startswith(f"{name}-${{{{ inputs.environment || 'dev' }}}}")
    if name == "deploy":
        assert workflow["concurrency"]["cancel-in-progress"] is False
        assert workflow[True]["push"]["branches"] == ["main"]


def test_tests_run_with_every_emulator() -> None:
    (job,) = WORKFLOWS["test"]["jobs"].values()
    assert job["env"]["REQUIRE_EMULATORS"] == "1"
    (installed,) = (
        s["with"]["install_components"] for s in job["steps"] if "setup-gcloud" in s.get("uses", "")
    )
    needed = re.findall(r'_component\("([\w-]+)"', (ROOT / "tests/support/emulators.py").read_text())
    assert set(needed) <= set(installed.split(","))
