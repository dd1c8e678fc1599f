"""Fixtures for all tests, and skips that say plainly what is missing."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from local.mongo_server import NotInstalled
from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tests.support import emulators
from tests.support.bus import RecordingBus
from tests.support.mongo_server import MongoServer

pytest_plugins = ["tests.support.leaks"]

# A shared machine is slow at times, which is no finding; and what must pass before a change lands is the same
# set of examples every time, while everybody else's runs look for new ones.
settings.register_profile(
    "hesabu",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hesabu")

SHARED_DATA = Path(os.environ.get("HESABU_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
MISSING_DATA = "the labelled data is not here: put it beside the checkout as ../shared, or set HESABU_SHARED"


def skip_or_fail(reason: str, required_by: str) -> NoReturn:
    """Skip with a plain reason; where the variable is set to 1, a skip is a failure."""
    if os.environ.get(required_by) == "1":
        pytest.fail(f"{required_by}=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests marked ``shared_data`` need the folder; with REQUIRE_SHARED=1 its absence is a failure."""
    if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
        skip_or_fail(MISSING_DATA, "REQUIRE_SHARED")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep half characters out of reports: tests log them on purpose, and workers send reports as UTF-8."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of labelled data; use it in tests marked ``shared_data``."""
    return SHARED_DATA


def emulator(name: str, command: Callable[[int], list[str]], variable: str, folder: Path) -> Iterator[str]:
    """Run an emulator for the session, with the variable that clients look at."""
    with contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(emulators.running(command, folder / f"{name}.log"))
        except emulators.Missing as missing:
            skip_or_fail(str(missing), "REQUIRE_EMULATORS")
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv(variable, address)
        yield address


@pytest.fixture(scope="session")
def firestore_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a Firestore emulator; use a project of your own in each test."""
    folder = tmp_path_factory.mktemp("firestore")
    yield from emulator("firestore", emulators.firestore_command, "FIRESTORE_EMULATOR_HOST", folder)


@pytest.fixture(scope="session")
def pubsub_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a Pub/Sub emulator; use a project of your own in each test."""
    folder = tmp_path_factory.mktemp("pubsub")
    yield from emulator("pubsub", emulators.pubsub_command, "PUBSUB_EMULATOR_HOST", folder)


def a_mongo_server(*, standalone: bool = False) -> MongoServer:
    """A server that is not started yet; where it cannot be, the test is skipped."""
    try:
        return MongoServer(standalone=standalone)
    except NotInstalled as missing:
        skip_or_fail(str(missing), "REQUIRE_EMULATORS")


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[MongoServer]:
    """A MongoDB server; use a database of your own in each test (``mongo_url``)."""
    with a_mongo_server() as server:
        yield server


@pytest.fixture
def own_mongo_server() -> Iterator[MongoServer]:
    """A MongoDB server that a test may kill."""
    with a_mongo_server() as server:
        yield server


@pytest.fixture
def mongo_url(mongo_server: MongoServer) -> str:
    """A STORE_URL that no other test knows."""
    return mongo_server.url()


@pytest.fixture(scope="session")
def storage_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a Cloud Storage emulator; use a bucket of your own in each test."""
    folder = tmp_path_factory.mktemp("storage")
    with contextlib.ExitStack() as stack:
        try:
            yield stack.enter_context(emulators.running(emulators.storage_command, folder / "storage.log"))
        except emulators.Missing as missing:
            skip_or_fail(str(missing), "REQUIRE_EMULATORS")


@pytest.fixture
def project() -> str:
    """A Google Cloud project that no other test knows: the cheapest isolation."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def clock() -> ManualClock:
    """Sunday 1 March 2026, noon in Nairobi; it moves only when told to."""
    return ManualClock(datetime(2026, 3, 1, 9, tzinfo=UTC))


@pytest.fixture
def ids() -> SeededIds:
    return SeededIds("tests")


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock, ids: SeededIds) -> Iterator[Store]:
    """A real store in a file of its own, with Hesabu's indexes."""
    opened = Store(SqliteAdapter(tmp_path / "store.db", durable=False), SCHEMA, clock, ids)
    opened.ensure_indexes()
    yield opened
    opened.close()


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


@pytest.fixture
def outbox(store: Store, bus: RecordingBus) -> Outbox:
    return Outbox(store, bus)
