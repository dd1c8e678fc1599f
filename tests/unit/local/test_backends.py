"""``run --store --bus``: the settings of a choice, what it forgets, and what it says is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local import commands
from local.backends import PROJECT, backends
from local.emulators import Missing, running
from local.environment import MADE_UP, SIMULATED
from local.place import hold_folder
from local.topology import ROOT
from shared.core.errors import Invalid, Refused, Unavailable


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing is installed."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "empty" / "python"))
    for name in ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "CLOUDSDK_ROOT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_the_embedded_choice_changes_nothing() -> None:
    environ = {"STORE_URL": "sqlite:///elsewhere.db"}
    said: list[str] = []
    with backends("sqlite", "local", said.append, environ):
        assert environ == {"STORE_URL": "sqlite:///elsewhere.db"}
    assert said == []


def test_emulators_that_run_already_are_used(here: Path) -> None:
    kept = here / "var" / "firestore" / "bucket" / "receipts"
    kept.mkdir(parents=True)
    environ = {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:1", "PUBSUB_EMULATOR_HOST": "127.0.0.1:2"}
    environ["STORE_URL"] = "firestore://hesabu-production"
    said: list[str] = []
    with backends("firestore", "pubsub", said.append, environ):
        assert environ["STORE_URL"] == f"firestore://{PROJECT}", "never a real project"
        assert environ["BUS_URL"] == f"pubsub://{PROJECT}"
        assert environ["BLOB_URL"] == "file:///var/firestore/bucket"
        assert environ["OUTBOX_FOLDER"] == "var/firestore/outbox"
    assert kept.exists(), "the store has not forgotten its documents, so the files stay"
    assert said == ["store: Firestore emulator at 127.0.0.1:1", "bus: Pub/Sub emulator at 127.0.0.1:2"]


def test_a_mongodb_of_ones_own_is_used() -> None:
    environ = {"STORE_URL": "mongodb://db.example/hesabu?replicaSet=rs0", "BLOB_URL": "file:///files"}
    with backends("mongo", "local", [].append, environ):
        assert environ["STORE_URL"] == "mongodb://db.example/hesabu?replicaSet=rs0"
        assert environ["BLOB_URL"] == "file:///files"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("store", "bus", "says"),
    [
        ("firestore", "local", "cloud-firestore-emulator|java"),
        ("sqlite", "pubsub", "pubsub-emulator|java"),
        ("mongo", "local", "STORE_URL=mongodb://.*secantusdb"),
    ],
)
def test_what_is_missing_is_named(store: str, bus: str, says: str) -> None:
    with pytest.raises(Missing, match=says), backends(store, bus, [].append, {}):
        pytest.fail("nothing could be started")


def test_the_command_says_it_in_one_line(here: Path) -> None:
    command = [sys.executable, "-m", "local", "run", "--bus", "pubsub"]
    environ = {"PATH": str(here / "empty"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=here, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("hesabu: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("bare")
def test_files_are_forgotten_with_their_store_but_not_under_a_running_system(here: Path) -> None:
    photo = here / "var" / "mongo" / "bucket" / "photo.jpg"
    photo.parent.mkdir(parents=True)
    photo.touch()
    with (
        hold_folder(here / "var" / "mongo"),
        pytest.raises(Refused),
        backends("mongo", "local", [].append, {}),
    ):
        pytest.fail("another system runs on these files")
    assert photo.exists()
    with pytest.raises(Missing), backends("mongo", "local", [].append, {}):
        pytest.fail("nothing could be started")
    assert not photo.exists()


def test_a_program_that_ends_at_once_is_quoted(here: Path) -> None:
    program = [sys.executable, "-c", "print('no room for a heap')"]
    with pytest.raises(Unavailable, match="no room for a heap"), running(lambda _port: program, here / "log"):
        pytest.fail("it does not run")


def test_commands_of_the_embedded_queue_say_that_the_bus_is_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BUS_URL", "pubsub://demo-hesabu")
    for name in (*MADE_UP, *SIMULATED):
        monkeypatch.setenv(name, "s" * 32)
    with pytest.raises(Invalid, match=r"tools\.admin"), commands.opened():
        pytest.fail("it opened a queue that nobody uses")
