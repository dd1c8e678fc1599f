"""Who may do what: each function what it uses, strangers only what is meant for them."""

from __future__ import annotations

import re

from local.topology import HttpTrigger, Topology
from tests.terraform.plan import Plan

EVERYBODY = {"allUsers", "allAuthenticatedUsers"}
NARROW = {
    "roles/datastore.user",
    "roles/iam.serviceAccountTokenCreator",
    "roles/pubsub.publisher",
    "roles/secretmanager.secretAccessor",
    "roles/storage.objectCreator",
    "roles/storage.objectViewer",
}
"""All that the account of a running function may ever have."""


def accounts(plan: Plan) -> dict[str, str]:
    """IAM member -> function, for the accounts that functions run as."""
    return {
        r.values["member"]: r.module
        for r in plan.of("service_account")
        if r.address.startswith("module.function")
    }


def callers(plan: Plan) -> dict[str, str]:
    """Function -> IAM member, for the accounts that call what no person calls."""
    return {r.key: r.values["member"] for r in plan.of("service_account") if ".caller[" in r.address}


def test_every_function_has_an_account_of_its_own(plan: Plan, topology: Topology) -> None:
    assert sorted(accounts(plan).values()) == sorted(topology.functions)
    for function in plan.of("cloudfunctions2_function"):
        email = function.values["service_config"][0]["service_account_email"]
        assert accounts(plan)[f"serviceAccount:{email}"] == function.module


def test_a_function_has_the_roles_of_the_topology_and_no_other(plan: Plan, topology: Topology) -> None:
    ours = accounts(plan)
    given: dict[str, set[str]] = {name: set() for name in topology.functions}
    for _, role, member in plan.grants():
        if member in ours:
            assert role in NARROW, f"{ours[member]} must not have {role}"
            given[ours[member]].add(role)
    for name, function in topology.functions.items():
        assert given[name] - {"roles/secretmanager.secretAccessor"} == set(function.roles), name


def test_nothing_but_the_database_is_granted_on_the_project(plan: Plan) -> None:
    ours = accounts(plan)
    for grant in plan.of("project_iam_member"):
        if grant.values.get("member") in ours:
            assert grant.values["role"] == "roles/datastore.user"
            (condition,) = grant.values["condition"]
            project = grant.values["project"]
            assert condition["expression"] == f'resource.name == "projects/{project}/databases/hesabu"'


def test_publishing_is_granted_on_each_topic(plan: Plan, topology: Topology) -> None:
    ours = accounts(plan)
    given = {
        (ours[r.values["member"]], r.module)
        for r in plan.of("pubsub_topic_iam_member")
        if r.values.get("member") in ours
    }
    assert given == {(name, topic) for name, f in topology.functions.items() for topic in f.publishes}


def test_each_secret_is_readable_by_who_uses_it(plan: Plan, topology: Topology) -> None:
    ours = accounts(plan)
    wanted = {(name, secret) for name, f in topology.functions.items() for secret in f.secrets}
    read = {
        (ours[r.values["member"]], r.values["secret_id"]) for r in plan.of("secret_manager_secret_iam_member")
    }
    used = {
        (function.module, secret["key"])
        for function in plan.of("cloudfunctions2_function")
        for secret in function.values["service_config"][0]["secret_environment_variables"]
    }
    assert read == used
    assert used <= wanted
    required = {name for name, secret in topology.secrets.items() if secret.required}
    assert {pair for pair in wanted if pair[1] in required} <= used
    assert {secret for _, secret in used} >= required, "every secret has an accessor"


def test_strangers_may_call_the_http_functions_and_nothing_else(plan: Plan, topology: Topology) -> None:
    public = {
        (r.type, r.module)
        for r in plan.resources
        if EVERYBODY & {str(v) for v in r.values.values() if isinstance(v, str)}
    }
    http = {name for name, f in topology.functions.items() if isinstance(f.trigger, HttpTrigger)}
    assert public == {("google_cloud_run_service_iam_member", name) for name in http}


def test_what_no_person_calls_has_one_caller(plan: Plan, topology: Topology) -> None:
    members = callers(plan)
    private = {n for n, f in topology.functions.items() if not isinstance(f.trigger, HttpTrigger)}
    assert members.keys() == private
    assert len(set(members.values())) == len(private)
    for name in private:
        invokers = [r for r in plan.of("cloud_run_service_iam_member") if r.module == name]
        assert [(r.values["member"], r.values["role"]) for r in invokers] == [
            (members[name], "roles/run.invoker")
        ]


def test_a_caller_may_call_and_nothing_else(plan: Plan, topology: Topology) -> None:
    members = set(callers(plan).values())
    roles = {role for _, role, member in plan.grants() if member in members}
    assert roles == {"roles/run.invoker", "roles/eventarc.eventReceiver"}


def test_only_private_functions_are_closed_to_the_internet(plan: Plan, topology: Topology) -> None:
    for function in plan.of("cloudfunctions2_function"):
        public = isinstance(topology.functions[function.module].trigger, HttpTrigger)
        wanted = "ALLOW_INTERNAL_AND_GCLB" if public else "ALLOW_INTERNAL_ONLY"
        assert function.values["service_config"][0]["ingress_settings"] == wanted, function.module


def test_no_basic_role_and_no_key_anywhere(plan: Plan, bootstrap: Plan) -> None:
    for one in (plan, bootstrap):
        assert not one.of("service_account_key")
        for where, role, member in one.grants():
            assert role not in {"roles/owner", "roles/editor", "roles/viewer"}, (where, member)


def test_the_builder_reads_sources_only(plan: Plan) -> None:
    (grant,) = (r for r in plan.of("project_iam_member") if r.address.endswith("build_reads"))
    buckets = re.findall(
        r'startsWith\("projects/_/buckets/([^/]+)/"\)', grant.values["condition"][0]["expression"]
    )
    assert len(buckets) == 2
    assert all("source" in bucket for bucket in buckets)


def test_the_deployer_can_grant_what_the_root_grants_and_no_more(prod: Plan, bootstrap: Plan) -> None:
    expression = bootstrap.one("google_project_iam_member.deployer_grants")["condition"][0]["expression"]
    grantable = set(re.findall(r"'(roles/[^']+)'", expression))
    assert grantable == {grant.values["role"] for grant in prod.of("project_iam_member")}


def test_neither_the_deployer_nor_the_planner_reads_secrets_or_documents(bootstrap: Plan) -> None:
    planner = {
        role for _, role, member in bootstrap.grants() if member.startswith("serviceAccount:hesabu-planner@")
    }
    forbidden = ("roles/datastore.user", "roles/datastore.viewer", "roles/secretmanager.secretAccessor")
    roles = {role for _, role, _ in bootstrap.grants()}
    assert not roles & {*forbidden, "roles/secretmanager.admin"}
    assert not {role for role in planner if role.endswith(("admin", "Admin", "owner", "editor", "writer"))}
    for custom in bootstrap.of("project_iam_custom_role"):
        permissions = set(custom.values["permissions"])
        assert "secretmanager.versions.access" not in permissions
        assert not {p for p in permissions if p.startswith("datastore.entities")}
