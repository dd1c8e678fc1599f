"""What the make targets for a real project would run, without running it."""

from __future__ import annotations

import subprocess

import pytest

from local.topology import ROOT


def would_run(*words: str) -> str:
    """What make would run, the makes it calls included; how packages are made is not asked here."""
    command = ["make", "-n", "--eval", "package: ;", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("env", ["dev", "staging", "prod"])
def test_a_plan_opens_the_state_of_its_environment_only(env: str) -> None:
    said = would_run("plan", f"ENV={env}")
    assert f"-backend-config=envs/backend-{env}.hcl" in said
    assert f"-var-file=envs/{env}.tfvars" in said
    assert f"build/terraform-{env}" in said
    others = {"dev", "staging", "prod"} - {env}
    assert not [other for other in others if f"{other}.hcl" in said or f"{other}.tfvars" in said]
    backend = (ROOT / "infra" / "terraform" / "envs" / f"backend-{env}.hcl").read_text()
    assert f'"hesabu-{env}-tfstate"' in backend


def test_traffic_is_held_before_the_deploy_that_asks_for_it() -> None:
    said = would_run("deploy", "ENV=prod", "HOLD=1")
    held, planned = said.index("tools.rollout --env prod --run  hold"), said.index("-var=hold_traffic=true")
    packaged = said.index("make --no-print-directory package")
    assert held < packaged < planned < said.index(" apply ")
    assert "tools.rollout" not in would_run("deploy", "ENV=prod")


def test_secrets_are_made_before_anything_else() -> None:
    assert "-target=google_secret_manager_secret.this" in would_run("secrets", "ENV=dev")


def test_the_planner_takes_no_lock() -> None:
    assert "-lock=false" in would_run("plan", "READONLY=1")
    assert "-lock=false" not in would_run("plan")
