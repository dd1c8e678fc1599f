"""Is a deployed Hesabu well? ``python -m tools.smoke https://books.example.co.ke``: one line a check.

Looks, and changes nothing: health, readiness, that strangers and unsigned callbacks are refused. With
SMOKE_EMAIL and SMOKE_PASSWORD in the environment it signs in, reads a list and asks a question. The exit code
is the number of checks that failed (at most 99).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests

SECONDS = 30
"""One request at most: a first one may start an instance."""
Check = Callable[["Site"], str]


class Failed(Exception):
    """A check that did not hold; the message says what came instead."""


@dataclass
class Site:
    """One address, and the token after signing in."""

    url: str
    http: requests.Session
    token: str = ""
    business: str = ""

    def ask(self, method: str, path: str, expect: int, **options: Any) -> Any:
        """Send a request; returns the JSON body. Raises Failed for another status or no JSON."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = self.http.request(method, self.url + path, headers=headers, timeout=SECONDS, **options)
        except requests.RequestException as error:
            raise Failed(f"no answer: {type(error).__name__}") from None
        if answer.status_code != expect:
            raise Failed(f"{method} {path} answered {answer.status_code}, not {expect}: {answer.text[:200]}")
        try:
            return answer.json()
        except ValueError:
            raise Failed(f"{method} {path} answered no JSON") from None


def alive(site: Site) -> str:
    """The process answers."""
    site.ask("GET", "/health", 200)
    return "answers"


def ready(site: Site) -> str:
    """Settings are usable, the store can be reached."""
    site.ask("GET", "/ready", 200)
    return "settings, store and bus are there"


def strangers_are_refused(site: Site) -> str:
    """No token, no data."""
    problem = site.ask("GET", "/v1/invoices", 401)
    if problem.get("code") != "unauthorized":
        raise Failed(f"refused with the code {problem.get('code')!r}")
    return "401 without a token"


def unsigned_callbacks_are_refused(site: Site) -> str:
    """Whoever guesses a callback address must not be believed."""
    site.ask("POST", "/ipn/stk/nobody/none/0000", 404, json={"Body": {}})
    return "an address that we did not sign is not there"


def signs_in(site: Site) -> str:
    """The owner's password still opens the door."""
    given = {"email": os.environ["SMOKE_EMAIL"], "password": os.environ["SMOKE_PASSWORD"]}
    body = site.ask("POST", "/v1/auth/token", 200, json=given)
    site.token, site.business = body["access_token"], body["business"]
    return f"as {body['role']} of {site.business}"


def lists(site: Site) -> str:
    """An index answers."""
    found = site.ask("GET", "/v1/invoices?limit=1", 200)["data"]
    return f"{len(found)} invoice seen"


def answers_questions(site: Site) -> str:
    """A figure comes with its period."""
    question = {"question": "How much did we receive this month?"}
    answer = site.ask("POST", "/ai/ask", 200, json=question)
    return str(answer.get("answer", ""))[:100]


ALWAYS: tuple[Check, ...] = (alive, ready, strangers_are_refused, unsigned_callbacks_are_refused)
SIGNED_IN: tuple[Check, ...] = (signs_in, lists, answers_questions)


def main(argv: Sequence[str] | None = None) -> int:
    """Run every check that can be run; returns how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.smoke", description=__doc__)
    parser.add_argument("url", help="the address of the load balancer, or of a local gateway")
    url = parser.parse_args(argv).url.rstrip("/")
    with requests.Session() as http:
        site = Site(url, http)
        failed = sum(not _holds(check, site) for check in ALWAYS)
        if os.environ.get("SMOKE_EMAIL") and os.environ.get("SMOKE_PASSWORD"):
            failed += sum(not _holds(check, site) for check in SIGNED_IN)
        else:
            print("skipped  signing in: set SMOKE_EMAIL and SMOKE_PASSWORD")
    print(f"{url}: {'well' if not failed else f'{failed} checks failed'}")
    return min(failed, 99)


def _holds(check: Check, site: Site) -> bool:
    name, began = check.__name__.replace("_", " "), time.perf_counter()
    try:
        said = check(site)
    except Failed as error:
        print(f"FAILED   {name}: {error}")
        return False
    print(f"ok       {name}: {said} ({time.perf_counter() - began:.1f} s)")
    return True


if __name__ == "__main__":
    sys.exit(main())
