"""A pytest plugin that reads every log line of the whole run and fails the test whose work told too much.

It sees what is written to Hesabu's log at every level, whatever a test's LOG_LEVEL shows, and the standard
error of each test, which holds what frameworks and the processes that tests start have to say. The patterns
are its own: those that redact are what is being tested.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass

import pytest

from local.demo.people import CUSTOMERS, OUTSIDERS
from shared.core import logs
from shared.core.measures import MEASURES
from shared.core.metrics import REGISTRY

SHAPES = {
    "a phone number": re.compile(r"(?<![\w.])(?:\+?254|0)[ -]?[17]\d{2}[ -]?\d{3}[ -]?\d{3}(?!\w)"),
    "an e-mail address": re.compile(r"[\w.+-]+@[a-z0-9-]+\.[a-z]{2,}"),
    "a signed token": re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}"),
    "a bearer token": re.compile(r"(?i)bearer [\w.-]{16,}"),
    "a secret": re.compile(r"\b(?:a{32,}|c{32,})\b"),
    "the token of a callback address": re.compile(r"/ipn/[^\s\"]*[0-9a-f]{64}"),
    "a password in an address": re.compile(r"://[^/\s:]+:[^/\s@]+@"),
}
FIXTURES = frozenset(
    """amina grace jane john juma kamau mallory mama mwaura njenga njeri nicholas otieno peter wanjiku wanjikũ
    wanjiru zakayo""".split()  # noqa: SIM905 - a paragraph of names reads better than a list of strings
)
_FIRMS = frozenset("apartments church group interiors pastor primary school services works".split())  # noqa: SIM905
_WORD = re.compile(r"(?<![\w-])[^\W\d_]{4,}(?![\w-])")


def _words(names: Iterable[str]) -> frozenset[str]:
    """Of five letters at least: some names of four are common words."""
    return frozenset(word.lower() for name in names for word in _WORD.findall(name) if len(word) > 4)


PEOPLE = FIXTURES | (_words(p.shown or p.name for p in (*CUSTOMERS, *OUTSIDERS)) - _FIRMS)
"""The words of people's names in the demo and in the tests, in lower case."""


@dataclass(frozen=True, slots=True)
class Leak:
    """What should not have been told, and the line that told it."""

    what: str
    line: str

    def __str__(self) -> str:
        return f"{self.what} in: {self.line[:600]}"


def leaks_in(line: str) -> list[Leak]:
    """Everything personal or secret in one line of a log."""
    found = [
        Leak(f"{what} ({match[0]})", line) for what, shape in SHAPES.items() if (match := shape.search(line))
    ]
    named = PEOPLE & {word.lower() for word in _WORD.findall(line)}
    return [*found, *(Leak(f"the name {name}", line) for name in sorted(named))]


class Watcher(logging.Handler):
    """A log handler that looks at every line and keeps what it finds, from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JsonFormatter())
        self.lines = 0
        self._found: list[Leak] = []
        self._guard = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        self.look(self.format(record))

    def look(self, text: str) -> None:
        """Look at some lines."""
        for line in text.splitlines():
            found = leaks_in(line)
            with self._guard:
                self.lines += 1
                self._found += found

    def take(self) -> list[Leak]:
        """What was found since the last time."""
        with self._guard:
            found, self._found = self._found, []
        return found


class LeakPlugin:
    """Fails the test in whose time something leaked, or the run when it was nobody's."""

    def __init__(self) -> None:
        self.watcher = Watcher()
        self.read = 0

    def pytest_sessionstart(self) -> None:
        logs.log.disabled = False
        logs.log.addHandler(self.watcher)
        # every level reaches the watcher; what standard error shows is the other handler's business
        logs.log.isEnabledFor = lambda level: True  # type: ignore[method-assign]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        for title, text in report.sections:
            if title == f"Captured stderr {call.when}":
                self.watcher.look(text)
        found = self.watcher.take()
        if not self._sees():
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} switched off the log that is read for leaks"
            self.pytest_sessionstart()
        if found:
            report.outcome = "failed"
            told = "\n".join(str(leak) for leak in dict.fromkeys(found))
            report.longrepr = f"{item.nodeid} leaked into the log:\n{told}"
        return report

    def _sees(self) -> bool:
        """Whether a line would still reach the watcher; libraries that configure logging may cut it off."""
        return (
            self.watcher in logs.log.handlers
            and logs.log.isEnabledFor(logging.DEBUG)
            and not logs.log.disabled
        )

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.read = self.watcher.lines
        self.watcher.look(REGISTRY.exposition(MEASURES))
        for leak in self.watcher.take():
            print(f"\nleaked after the last test: {leak}")
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(f"{self.read} log lines read, for people and secrets in them")


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.has_plugin("leaks"):
        config.pluginmanager.register(LeakPlugin(), "leaks")
