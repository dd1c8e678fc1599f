"""Each function's requirements: what it imports, pinned as the whole program is, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from tools.distributions import canonical, distributions
from tools.graph import ROOT, Graph
from tools.imports import Import, Unseen
from tools.requirements import LOCK, Pin, imported, read_pins, requirements, with_hashes

GRAPH = Graph()
FUNCTIONS = GRAPH.functions()
LOCKED = read_pins((ROOT / LOCK).read_text())


def text_of(function: str) -> str:
    return (ROOT / "functions" / function / "requirements.txt").read_text()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_they_name_what_the_function_imports(function: str) -> None:
    """Run ``make lock`` when this fails."""
    assert imported(text_of(function)) == distributions(GRAPH.reach(function).foreign)
    assert "functions-framework" in imported(text_of(function))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_they_hold_all_that_those_need_and_no_more(function: str) -> None:
    """The same closure by what is installed here: an override that pip does not know of would show."""
    pins = [pin for pin in read_pins(text_of(function)) if _applies(pin)]
    needed = _closure(imported(text_of(function)))
    assert {pin.name for pin in pins} == needed.keys()
    assert {pin.name: _extras(pin.extras) for pin in pins} == needed


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_pin_is_the_locks(function: str) -> None:
    versions = {(pin.name, pin.version) for pin in LOCKED}
    pins = read_pins(text_of(function))
    assert {(pin.name, pin.version) for pin in pins} <= versions
    deployed = read_pins(with_hashes(text_of(function), LOCKED))
    assert deployed.keys() == {*pins, *(replace(pin, extras="") for pin in pins)}
    assert all(deployed.values())


def test_heavy_packages_go_only_where_they_are_used() -> None:
    names = {function: {pin.name for pin in read_pins(text_of(function))} for function in FUNCTIONS}

    def users(package: str) -> set[str]:
        return {function for function, found in names.items() if package in found}

    assert users("google-generativeai") == {"insights", "ocr_receipt"}
    assert users("google-cloud-vision") == {"ocr_receipt"}
    assert users("easyocr") == users("torch") == set()
    assert users("rapidocr") == users("onnxruntime") == users("opencv-python-headless") == {"ocr_receipt"}
    assert users("reportlab") == {"notify", "reports", "sweep"}  # the sweep makes what is scheduled
    assert users("xlsxwriter") == {"reports", "sweep"}
    assert users("sendgrid") == {"notify"}
    assert users("scikit-learn") == users("waitress") == users("opencv-python") == set()


def _applies(pin: Pin) -> bool:
    return not pin.marker or Marker(pin.marker).evaluate()


def _extras(text: str) -> set[str]:
    return set(filter(None, text.strip("[]").split(",")))


def _closure(names: frozenset[str]) -> dict[str, set[str]]:
    """Distribution -> the extras that somebody asks of it."""
    found: dict[str, set[str]] = {name: set() for name in names}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        for one in map(Requirement, metadata.requires(name) or ()):
            if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in ("", *found[name])):
                continue
            needed = canonical(one.name)
            if needed not in found or not found[needed] >= one.extras:
                found.setdefault(needed, set()).update(one.extras)
                waiting.append(needed)
    return found


# --- the parts
def test_the_longest_known_name_decides_who_brings_a_module() -> None:
    one = distributions([Import("google.cloud.firestore"), Import("google.api_core", "exceptions")])
    assert one == {"functions-framework", "google-cloud-firestore", "google-api-core"}
    assert distributions([Import("google.cloud", "pubsub_v1"), Import("json")]) == {
        "functions-framework",
        "google-cloud-pubsub",
    }
    assert "onnxruntime" in distributions([Import("rapidocr", "RapidOCR")])


def test_an_import_that_nobody_brings_is_refused() -> None:
    with pytest.raises(Unseen, match="no_such_package"):
        distributions([Import("no_such_package.part")])


def test_hashes_join_by_name_and_version_whatever_the_marker() -> None:
    one = "one==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    two = "two==2 ; x == 'y' \\\n    --hash=sha256:cc\n"
    lock = read_pins(one + two)
    pins = [Pin("two", "2", "python_version < '3.12'", "[b]"), Pin("one", "1.0")]
    text = requirements("f", frozenset({"two"}), pins)
    assert imported(text) == {"two"}
    assert with_hashes(text, lock).splitlines() == [
        "two==2 ; python_version < '3.12' \\",
        "    --hash=sha256:cc",
        "two[b]==2 ; python_version < '3.12' \\",
        "    --hash=sha256:cc",
        "one==1.0 \\",
        "    --hash=sha256:aa \\",
        "    --hash=sha256:bb",
    ]


def test_a_pin_that_the_lock_does_not_hold_is_refused() -> None:
    with pytest.raises(Unseen, match="make lock"):
        with_hashes("one==1.1\n", read_pins("one==1.0 \\\n    --hash=sha256:aa\n"))
