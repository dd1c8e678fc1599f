"""The functions as deployed: which there are, what starts in them, what they are told and redeployed by."""

from __future__ import annotations

import ast
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from local.topology import ROOT, Topology, load_topology
from shared.core.callback_words import forbidden_word
from shared.core.settings import Settings, load_settings
from tests.terraform.plan import Plan, Resource
from tools import terraform
from tools.rollout import cloud_name, place_of

NOT_TOLD = {"k_service", "log_metrics", "outbox_folder"}
"""Settings that the platform sets itself, or that follow from it; in the cloud there is no outbox folder."""
NOT_SETTINGS = {"THREADS"}
"""What functions-framework's server reads."""


def functions(plan: Plan) -> dict[str, Resource]:
    return {r.module: r for r in plan.of("cloudfunctions2_function")}


def test_there_is_one_for_every_folder(plan: Plan) -> None:
    folders = {main.parent.name for main in (ROOT / "functions").glob("*/main.py")}
    assert functions(plan).keys() == folders


def test_every_entry_point_is_a_decorated_function_of_its_main(plan: Plan) -> None:
    for name, function in functions(plan).items():
        (build,) = function.values["build_config"]
        tree = ast.parse((ROOT / "functions" / name / "main.py").read_text())
        entries = [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.decorator_list]
        assert entries == [build["entry_point"]], name


def test_sizes_are_those_of_the_topology(prod: Plan, topology: Topology) -> None:
    for name, function in functions(prod).items():
        wanted, (service,) = topology.functions[name], function.values["service_config"]
        assert service["available_memory"] == wanted.memory, name
        assert service["available_cpu"] == str(wanted.cpu), name
        assert service["timeout_seconds"] == wanted.timeout_seconds, name
        assert service["max_instance_request_concurrency"] == wanted.concurrency, name
        assert service["environment_variables"]["THREADS"] == str(wanted.concurrency), name
        assert service["min_instance_count"] == wanted.min_instances, name
        assert service["max_instance_count"] == wanted.max_instances, name


def test_dev_keeps_nothing_warm(dev: Plan) -> None:
    assert {f.values["service_config"][0]["min_instance_count"] for f in functions(dev).values()} == {0}


def test_every_setting_can_be_given(prod: Plan, topology: Topology) -> None:
    """A setting is told by Terraform, may be told in the var file, or is a secret: none is forgotten."""
    (block,) = re.findall(
        r'variable "settings" \{\n  type = object\(\{(.*?)\}\)',
        (terraform.TERRAFORM / "variables-services.tf").read_text(),
        re.DOTALL,
    )
    optional = set(re.findall(r"(?m)^\s+(\w+)\s+=", block))
    told = {
        name.lower()
        for function in functions(prod).values()
        for name in function.values["service_config"][0]["environment_variables"]
        if name not in NOT_SETTINGS
    }
    secrets = {name.lower() for name in topology.secrets}
    assert told | optional | secrets == set(Settings.model_fields) - NOT_TOLD


def test_every_function_starts_with_its_settings(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    for function in functions(plan).values():
        (service,) = function.values["service_config"]
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in service["environment_variables"].items():
            monkeypatch.setenv(name, value)
        for secret in service["secret_environment_variables"]:
            monkeypatch.setenv(secret["key"], "0" * 64)
        monkeypatch.setenv("K_SERVICE", function.values["name"])
        settings = load_settings()
        assert settings.store_url == f"firestore://{function.values['project']}/hesabu"
        assert settings.google_cloud_project == function.values["project"]
        assert settings.bus_url == f"pubsub://{function.values['project']}"
        assert settings.blob_url == f"gs://{function.values['project']}-hesabu-receipts"


def test_names_that_daraja_would_refuse_are_not_deployed(plan: Plan) -> None:
    names = plan.output("services")
    assert names == {function.name: cloud_name(function) for function in load_topology()}
    assert [name for name in names.values() if forbidden_word(name)] == []
    assert forbidden_word(plan.output("public_url")) is None


def test_secrets_have_fixed_versions(plan: Plan) -> None:
    for function in functions(plan).values():
        for secret in function.values["service_config"][0]["secret_environment_variables"]:
            assert secret["version"].isdigit(), function.address


def test_the_rollout_tool_finds_each_environment() -> None:
    places = [place_of(env) for env in ("dev", "staging", "prod")]
    assert [place.project for place in places] == ["hesabu-dev", "hesabu-staging", "hesabu-prod"]
    assert {place.region for place in places} == {"europe-west1"}


def test_a_changed_zip_redeploys_its_function_and_no_other(dev: Plan, tmp_path: Path) -> None:
    folder = tmp_path / "packages"
    shutil.copytree(terraform.packages(), folder)
    with zipfile.ZipFile(folder / "books.zip", "a") as archive:
        archive.writestr("new.py", b"")
    env = terraform.environment(TF_VAR_package_folder=str(folder))
    again = Plan(terraform.plan(terraform.TERRAFORM, "envs/dev.tfvars", {}, env))

    def objects(plan: Plan) -> dict[str, str]:
        return {
            name: f.values["build_config"][0]["source"][0]["storage_source"][0]["object"]
            for name, f in functions(plan).items()
        }

    before, after = objects(dev), objects(again)
    assert [name for name in before if before[name] != after[name]] == ["books"]
    assert all(re.fullmatch(rf"{name}-[0-9a-f]{{64}}\.zip", after[name]) for name in after)
