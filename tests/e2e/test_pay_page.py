"""Paying under a link on a small phone: Chromium at 360 px, with and without JavaScript.

Time stands still between ``advance`` calls, so every state of the page can be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.test_openapi import CHROMIUM, within
from tests.e2e.world import World, furnish, running

PHONE = {"width": 360, "height": 740}
SHOTS = os.environ.get("SCREENSHOTS", "")
"""A folder for pictures of every page, for people to look at; none are made without it."""

CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255;
    return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c[3] === 255) return c.slice(0, 3); } return [255, 255, 255]; };
  return [...document.querySelectorAll('main *, footer *')]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
      && !['SCRIPT', 'NOSCRIPT'].includes(e.tagName))
    .map((e) => { const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
      return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.textContent.trim().slice(0, 40)]; })
    .filter(([ratio]) => ratio < 4.5);
}"""
"""The texts of a page whose contrast is below 4.5 (WCAG 2.2, 1.4.3)."""

UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), button, a')]
  .filter((e) => !(e.labels && e.labels.length) && !e.textContent.trim())
  .map((e) => e.outerHTML)"""
SMALL = """() => [...document.querySelectorAll('input[type=tel], input[inputmode], button, a.button')]
  .filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("pay")) as started:
        yield furnish(started)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; without it a skip, unless REQUIRE_CHROMIUM=1 says that it must be here."""
    if not CHROMIUM.exists():
        words = f"no browser at {CHROMIUM}: the pay page was read as text only (apt-get install chromium)"
        if os.environ.get("REQUIRE_CHROMIUM") == "1":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", *quiet])
        yield opened
        opened.close()


class Visitor:
    """A page of a browser; everything that it asks for or complains of is kept."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.page = browser.new_page(viewport=PHONE, **options)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda line: self.complaints.append(f"{line.type}: {line.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def look(self, name: str) -> str:
        """The text of the page as it stands, once it is checked and, where wanted, photographed."""
        if SHOTS:
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, "the page scrolls sideways"
        assert self.page.evaluate(CONTRAST) == []
        assert self.page.evaluate(UNNAMED) == []
        assert self.page.evaluate(SMALL) == []
        assert len(self.page.query_selector_all("h1")) == 1
        return str(self.page.inner_text("body"))


def link_of(world: World, **changes: Any) -> str:
    body = {"invoice_id": world.invoice(), **changes}
    return str(world.post("/v1/payment-links", body)["url"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_payer_opens_a_link_pays_and_sees_that_it_was_paid(world: World, browser: Any, scheme: str) -> None:
    world.phone("ask")
    url = link_of(world, description="Simiti mifuko kumi na misumari ya nchi nne")
    visitor = Visitor(browser, color_scheme=scheme)
    assert visitor.page.goto(f"{url}?lang=en", wait_until="load").status == 200
    assert "KES 1,160.00" in visitor.look(f"form-{scheme}")
    visitor.page.get_by_label("Your mobile money number").fill("0712 345 678")
    visitor.page.get_by_role("button").dblclick(no_wait_after=True)
    visitor.page.wait_for_url("**/att_*")
    assert "enter your PIN" in visitor.look(f"waiting-{scheme}")
    world.answer("pin")
    world.advance(15)
    visitor.page.wait_for_selector("h1.done", timeout=15_000)
    assert "Payment reference" in visitor.look(f"done-{scheme}")
    assert [paid for paid in world.true_ledger() if paid.amount_cents == 116_000]
    assert visitor.complaints == []
    assert all(within(world.system.url, address) for address in visitor.asked), visitor.asked
    page = visitor.page.content()
    for private in ("Wanjiku", "Kamau", "254712", "712345", world.customer_id):
        assert private not in page
    world.advance(120)
    visitor.page.goto(url)
    assert "has been paid" in visitor.look(f"paid-{scheme}")
    visitor.page.close()


def test_a_payer_without_javascript_does_the_same(world: World, browser: Any) -> None:
    world.phone("ask")
    visitor = Visitor(browser, java_script_enabled=False)
    page = visitor.page
    page.goto(f"{link_of(world)}?lang=sw")
    page.get_by_label("Nambari yako ya simu ya malipo").fill("12")
    page.get_by_role("button").click()
    assert "Weka nambari ya simu ya Kenya" in page.inner_text("[role=alert]")
    page.get_by_label("Nambari yako ya simu ya malipo").fill("+254 712 345 678")
    page.get_by_role("button").click()
    page.wait_for_url("**/att_*")
    assert "uweke PIN" in page.inner_text("h1")
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "5"
    world.answer("cancel")
    world.advance(30)
    page.wait_for_selector("h1.failed", timeout=15_000)  # by itself: the browser follows the refresh
    assert "lilighairiwa" in page.inner_text("main")
    world.advance(120)
    page.get_by_role("link", name="Jaribu tena").click()
    assert page.locator("form").count() == 1
    page.close()


def test_failures_and_closed_links_are_said_in_words(world: World, browser: Any) -> None:
    world.phone("wrong_pin")
    world.advance(180)  # the same amount was asked for a moment ago
    url = link_of(world, open_amount=True, uses="many")
    visitor = Visitor(browser)
    page = visitor.page
    page.goto(f"{url}?lang=en")
    page.get_by_label("How much").fill("lots")
    page.get_by_label("Your mobile").fill("0712345678")
    page.get_by_role("button").click()
    assert "whole shillings" in visitor.look("error")
    assert page.get_by_label("Your mobile").input_value() == "0712345678"
    page.get_by_label("How much").fill("250")
    page.get_by_role("button").click()
    page.wait_for_url("**/att_*")
    world.advance(30)
    page.wait_for_selector("h1.failed", timeout=15_000)
    assert "PIN was wrong" in visitor.look("failed")
    listed = world.get("/v1/payment-links")["data"][0]
    world.post(f"/v1/payment-links/{listed['id']}/disable", expect=200)
    page.goto(f"{url}?lang=en")
    assert "no longer in use" in visitor.look("closed")
    page.goto(f"{world.system.url}/pay/{'0' * 32}?lang=en")
    assert "does not exist" in visitor.look("gone")
    page.close()


def test_the_page_is_small_and_says_who_may_load_what(world: World) -> None:
    answer = requests.get(f"{link_of(world)}?lang=en", timeout=20)
    assert len(answer.content) < 10_000
    assert answer.headers["Content-Type"].startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_invoice_shows_where_it_can_be_paid(world: World) -> None:
    invoice_id = world.invoice()
    assert world.get(f"/v1/invoices/{invoice_id}")["pay_url"] == ""
    link = world.post("/v1/payment-links", {"invoice_id": invoice_id})
    assert world.get(f"/v1/invoices/{invoice_id}")["pay_url"] == link["url"]
    world.post(f"/v1/payment-links/{link['id']}/disable", expect=200)
    assert world.get(f"/v1/invoices/{invoice_id}")["pay_url"] == ""
