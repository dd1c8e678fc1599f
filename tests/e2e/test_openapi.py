"""The API's document and its page: complete, valid, and without a request to anywhere else."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.e2e.test_routes import ROUTES
from tests.e2e.world import running

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PAGES = ("/", "/docs")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("openapi")) as world:
        yield world.system.url


@pytest.fixture(scope="module")
def spec(url: str) -> dict[str, Any]:
    found: dict[str, Any] = fetch(f"{url}/openapi.json").json()
    return found


def fetch(address: str) -> requests.Response:
    answer = requests.get(address, timeout=20)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return answer


def operations(spec: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), path, o) for path, methods in spec["paths"].items() for m, o in methods.items()]


# --- the document
def test_the_document_is_valid_openapi_3_1(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(spec).validate()


def test_every_route_is_in_it_and_nothing_else(spec: dict[str, Any]) -> None:
    listed = [(method, path) for method, path, _ in operations(spec)]
    assert sorted(listed) == sorted((route.method, route.path) for route in ROUTES)


def test_operations_have_names_of_their_own(spec: dict[str, Any]) -> None:
    counted = Counter(operation["operationId"] for _, _, operation in operations(spec))
    assert not [name for name, times in counted.items() if times > 1]


def test_an_operation_says_what_it_does_and_who_may(spec: dict[str, Any]) -> None:
    for method, path, operation in operations(spec):
        assert operation["summary"], f"{method} {path}"
        assert ("x-roles" in operation) == bool(operation["security"]), f"{method} {path}"
        assert "default" in operation["responses"]
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_every_reference_leads_somewhere(spec: dict[str, Any]) -> None:
    found = set(references(spec))
    assert len(found) > 20
    for reference in found:
        assert reference.startswith("#/")
        place = spec
        for step in reference[2:].split("/"):
            assert step in place, reference
            place = place[step]


def test_every_post_that_makes_something_asks_for_a_key(spec: dict[str, Any]) -> None:
    made = [
        operation
        for method, _, operation in operations(spec)
        if method == "POST" and "201" in operation["responses"]
    ]
    assert len(made) >= 4
    for operation in made:
        keys = [p for p in operation["parameters"] if p["name"] == "Idempotency-Key"]
        assert keys
        assert keys[0]["required"]


def test_money_is_whole_cents_in_every_schema(spec: dict[str, Any]) -> None:
    cents = [
        (name, field, inner)
        for name, schema in spec["components"]["schemas"].items()
        for field, inner in schema.get("properties", {}).items()
        if field.endswith("_cents")
    ]
    assert len(cents) > 20
    for name, field, inner in cents:
        kinds = {kind["type"] for kind in inner.get("anyOf", [inner])} - {"null", "object"}
        assert kinds <= {"integer"}, f"{name}.{field}"
    assert '"type": "number"' not in json.dumps(spec)


# --- the pages, read as text
class Loads(HTMLParser):
    """What a browser would fetch or run for a page, and the anchors on it."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.inline: list[str] = []
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.anchors |= {given["id"]} if "id" in given else set()
        self.inline += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        if tag == "a":
            self.links.append(given.get("href", ""))
            return
        places = ("src", "href", "srcset", "data", "poster", "action", "background", "formaction", "ping")
        self.fetched += [given[place] for place in places if place in given]
        self._script = tag in ("script", "style") and "src" not in given

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.inline.append(data.strip()[:40])

    def handle_endtag(self, tag: str) -> None:
        self._script = False


def read(address: str) -> tuple[Loads, requests.Response]:
    answer = fetch(address)
    page = Loads()
    page.feed(answer.text)
    return page, answer


def within(url: str, address: str) -> bool:
    return urlsplit(urljoin(url, address)).netloc == urlsplit(url).netloc


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fetches_nothing_from_elsewhere(url: str, path: str) -> None:
    page, answer = read(url + path)
    assert page.fetched
    assert all(within(url, address) for address in page.fetched)
    assert page.inline == []
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"].split("; ")
    assert not re.search(r"unsafe-|https?:|data:|\*", answer.headers["Content-Security-Policy"])


@pytest.mark.parametrize("path", PAGES)
def test_what_a_page_fetches_is_there_and_fetches_nothing_from_elsewhere_either(url: str, path: str) -> None:
    page, _ = read(url + path)
    for address in set(page.fetched):
        text = fetch(urljoin(url, address)).text
        outside = re.findall(
            r"(?:url\(|@import|fetch\(|import\(|from)\s*[\"']?((?:https?:)?//[^\"')\s]+)", text
        )
        assert not outside, address


@pytest.mark.parametrize("path", PAGES)
def test_the_links_of_a_page_lead_somewhere(url: str, path: str) -> None:
    page, _ = read(url + path)
    assert page.links
    wanted: dict[str, set[str]] = {}
    for link in page.links:
        assert within(url, link), link
        address, _, anchor = urljoin(url + path, link).partition("#")
        wanted.setdefault(address, set()).update({anchor} - {""})
    for address, anchors in wanted.items():
        target, _ = read(address)
        assert anchors <= target.anchors, address


def test_the_page_shows_every_operation_and_schema(url: str, spec: dict[str, Any]) -> None:
    page, answer = read(f"{url}/docs")
    for _, path, operation in operations(spec):
        assert operation["operationId"] in page.anchors
        assert path in answer.text
    assert {f"schema-{name}" for name in spec["components"]["schemas"]} <= page.anchors


# --- the pages in a browser
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; without it a skip, unless REQUIRE_CHROMIUM=1 says that it must be here."""
    if not CHROMIUM.exists():
        words = f"no browser at {CHROMIUM}: the pages were read as text only (apt-get install chromium)"
        if os.environ.get("REQUIRE_CHROMIUM") == "1":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", *quiet])
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_browser_asks_nobody_else_and_complains_of_nothing(
    browser: Any, url: str, path: str, scheme: str
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page = browser.new_page(color_scheme=scheme, viewport={"width": 360, "height": 740})
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: complaints.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    assert page.goto(url + path, wait_until="load").status == 200
    page.wait_for_timeout(300)  # what its scripts start right after loading
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()
    assert next(urlsplit(address).path for address in asked) == path
    assert all(within(url, address) for address in asked), asked
    assert complaints == []
    assert wide <= 0, "the page scrolls sideways on a phone"
