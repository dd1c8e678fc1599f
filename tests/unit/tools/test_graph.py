"""What a function reaches, read from its sources."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from local.topology import read_topology
from tests.unit.tools.small_checkout import write
from tools.composition import ports_used
from tools.graph import ROOT, Graph
from tools.imports import Unseen

ASK = {
    "shared",
    "shared.app",
    "shared.core",
    "shared.core.lazy",
    "shared.core.logs",
    "shared.store",
    "shared.store.cloud",
    "shared.talk",
    "shared.talk.answers",
    "shared.talk.api",
    "shared.talk.apart",
    "shared.talk.late",
}


def reached(root: Path, function: str = "ask") -> set[str]:
    return set(Graph(root).reach(function).modules)


def foreign(root: Path, function: str = "ask") -> set[str]:
    return {one.module.split(".")[0] for one in Graph(root).reach(function).foreign}


def test_imports_lazy_names_ports_and_named_modules_are_followed(tmp_path: Path) -> None:
    assert reached(write(tmp_path)) == ASK


def test_a_port_brings_what_it_is_built_from(tmp_path: Path) -> None:
    root = write(tmp_path)
    assert reached(root, "sum") >= {"shared.bus.cloud", "shared.store.cloud", "shared.sums"}
    assert "shared.talk.model" not in reached(root, "sum")
    assert foreign(root, "sum") >= {"google", "requests"}
    assert "google" not in foreign(root)


@pytest.mark.parametrize(
    "handler",
    [
        "def handler(ports):\n    return ports.model\n",
        "def handler(call):\n    return call.ports.model\n",
        "class Needs(Protocol):\n    @property\n    def model(self): ...\n",
    ],
)
def test_asking_for_a_port_reaches_its_part(tmp_path: Path, handler: str) -> None:
    root = write(tmp_path, {"shared/talk/late.py": f"from typing import Protocol\n{handler}"})
    assert reached(root) == ASK | {"shared.talk.model"}
    assert "rapidfuzz" in foreign(root)


def test_what_a_room_may_ask_for_is_not_what_it_asks_for(tmp_path: Path) -> None:
    text = "class Ports(Protocol):\n    @property\n    def model(self): ...\n"
    root = write(
        tmp_path,
        {"shared/talk/late.py": "from shared.talk.ports import Ports\n", "shared/talk/ports.py": text},
    )
    assert reached(root) == ASK | {"shared.talk.ports"}


def test_a_whole_package_brings_all_its_lazy_names(tmp_path: Path) -> None:
    root = write(tmp_path, {"shared/talk/late.py": "import shared.talk\n"})
    assert reached(root) == ASK | {"shared.talk.charts"}


def test_data_goes_with_the_room_that_names_it(tmp_path: Path) -> None:
    root = write(tmp_path)
    assert Graph(root).reach("ask").data == {root / "shared/talk/words.json"}
    assert Graph(root).reach("sum").data == frozenset()
    write(root, {"shared/talk/late.py": "from shared.talk import rates\n"})
    assert root / "shared/talk/tables/rates.json" in Graph(root).reach("ask").data


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("from . import answers\n", "relative"),
        ("from importlib import import_module\nimport_module(f'shared.{1}')\n", "plain string"),
        ("from shared.core.lazy import lazy_names\nlazy_names(__name__, homes)\n", "lazy names"),
        ("from shared.talk.gone import it\n", "no module shared.talk.gone"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_file(tmp_path: Path, text: str, why: str) -> None:
    root = write(tmp_path, {"shared/talk/late.py": text})
    with pytest.raises(Unseen, match=why):
        Graph(root).reach("ask")


# --- Hesabu's own sources
GRAPH, TOPOLOGY = Graph(), read_topology()


@pytest.mark.parametrize("function", GRAPH.functions())
def test_no_function_carries_what_is_not_its_business(function: str) -> None:
    reach = GRAPH.reach(function)
    assert "shared.app" in reach.modules
    assert not {"shared.store.sqlite", "shared.bus.local", "shared.blobs.folder"} & set(reach.modules)
    assert all(path.is_relative_to(ROOT / "shared") for path in (*reach.modules.values(), *reach.data))
    assert ("shared.receipts.engines.rapid" in reach.modules) == (function == "ocr_receipt")
    models, asks = ("gemini", "phraser", "guard"), function == "insights"
    assert all((f"shared.insights.{name}" in reach.modules) == asks for name in models)
    cloud = function == "ocr_receipt"
    assert all((f"shared.receipts.engines.{name}" in reach.modules) == cloud for name in ("vision", "gemini"))
    assert ("shared.messages.channels.sendgrid" in reach.modules) == (function == "notify")
    talks = function in {"pay", "payouts", "settle", "shortcode", "statement_import", "stk_push", "sweep"}
    assert ("shared.payments.gateways.daraja.client" in reach.modules) == talks


def test_who_asks_payers_or_pays_out_has_the_keys_of_every_rail() -> None:
    """Without AIRTEL_KEY a function takes Airtel for not set up, and says so to a business that has it."""
    for function in ("pay", "payouts", "settle", "stk_push", "sweep"):
        assert "shared.payments.gateways.airtel.client" in GRAPH.reach(function).modules
        rails = {"DARAJA_KEY", "DARAJA_SECRET", "DARAJA_PASSKEY", "AIRTEL_KEY", "AIRTEL_SECRET"}
        assert rails <= set(TOPOLOGY.functions[function].secrets), function


def test_whoever_is_given_ports_calls_them_ports() -> None:
    """A port asked for under another name would be missed, and its adapter be in no zip."""
    for path in sorted((ROOT / "shared").glob("*/**/*.py")):  # so not the composition root, read by its parts
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.arg) and node.annotation is not None:
                kind = ast.unparse(node.annotation).strip("\"'")
                if kind in {"App", "P", "Needs"} or kind.endswith("Ports") or kind.startswith("Has"):
                    assert node.arg == "ports", f"{path}:{node.lineno}"


def test_ports_are_seen_in_any_spelling() -> None:
    tree = ast.parse("app().bus\nports.store\ncall.ports.tokens.verify\nself.ports.clock\nuser.email\n")
    assert ports_used(tree) == {"bus", "store", "tokens", "clock"}
