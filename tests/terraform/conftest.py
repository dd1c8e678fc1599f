"""Plans of dev, prod and bootstrap for an empty project, made once for as long as nothing changes."""

from __future__ import annotations

import json

import pytest

from local.topology import Topology, read_topology
from tests.conftest import skip_or_fail
from tests.terraform.plan import Plan, Values, read_plan
from tools import terraform


@pytest.fixture(scope="session")
def _possible() -> None:
    if reason := terraform.missing():
        skip_or_fail(reason, "REQUIRE_SHARED")


@pytest.fixture(scope="session", params=["dev", "prod"])
def plan(request: pytest.FixtureRequest, _possible: None) -> Plan:
    """The plan of each environment in turn."""
    return read_plan(terraform.environment_plan(request.param))


@pytest.fixture(scope="session")
def dev(_possible: None) -> Plan:
    return read_plan(terraform.environment_plan("dev"))


@pytest.fixture(scope="session")
def prod(_possible: None) -> Plan:
    """Prod with a key of its own for everything stored."""
    return read_plan(terraform.environment_plan("prod"))


@pytest.fixture(scope="session")
def bootstrap(_possible: None) -> Plan:
    return read_plan(terraform.environment_plan("bootstrap"))


@pytest.fixture(scope="session")
def topology() -> Topology:
    return read_topology()


@pytest.fixture(scope="session")
def document() -> Values:
    """infra/functions.json as it is."""
    found: Values = json.loads((terraform.INFRA / "functions.json").read_text())
    return found
