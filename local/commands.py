"""Commands that work on the data of a system, whether it is running or not."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.backends import EMULATED
from local.environment import local_settings
from local.letters import dead_letters, replay
from local.place import data_folder, hold, hold_folder, running
from shared.access import businesses
from shared.app import App
from shared.bus.local import LocalBus, open_local_bus
from shared.core.errors import Invalid, NotFound
from shared.core.ids import check_id

MAX_FILE_BYTES = 50 << 20
_ODD = re.compile(r"[^A-Za-z0-9_.-]+")


@contextmanager
def opened() -> Iterator[tuple[App, LocalBus]]:
    """The app and its embedded bus, closed at the end; raises Invalid where the bus is another one."""
    settings = local_settings()
    if not settings.bus_url.startswith("local:"):
        raise Invalid(
            "bus_elsewhere",
            "BUS_URL: these commands know the embedded queue; python -m tools.admin knows every other bus",
        )
    app = App(settings)
    bus = open_local_bus(app.settings, app.clock, app.ids)
    app.built["bus"] = bus
    try:
        yield app, bus
    finally:
        bus.close()
        app.store.close()


def show_status(_arguments: argparse.Namespace) -> None:
    """Print every queue, and whether a system is running."""
    with opened() as (app, bus):
        print("running" if running(app.settings) else "not running")
        print(f"{'function':<16}{'waiting':>9}{'in work':>9}{'dead':>9}")
        for name, depth in sorted(bus.depths().items()):
            print(f"{name:<16}{depth.waiting:>9}{depth.in_flight:>9}{depth.dead:>9}")


def list_letters(_arguments: argparse.Namespace) -> None:
    """Print every dead letter."""
    with opened() as (app, bus):
        found = dead_letters(bus, app.store)
    for letter in found:
        print(f"{letter.id}  {letter.consumer}  {letter.type}  {letter.business}  {letter.reason}")
    print(f"{len(found)} dead letters")


def replay_letters(arguments: argparse.Namespace) -> None:
    """Put dead letters back into their queues."""
    with opened() as (app, bus):
        print(f"{replay(bus, app.store, arguments.id)} events will be delivered again")


def drop(arguments: argparse.Namespace) -> None:
    """Put a file into the bucket; the watcher of a running system takes it from there."""
    business = check_id(arguments.business, "business")
    file: Path = arguments.file
    if file.stat().st_size > MAX_FILE_BYTES:
        raise Invalid("file_too_large", f"{file} has more than {MAX_FILE_BYTES} bytes")
    name = f"receipts/{business}/{_ODD.sub('-', file.name)}"
    with opened() as (app, _bus):
        if all(known.id != business for known in businesses(app.store)):
            raise NotFound(f"there is no business '{business}'")
        app.blobs.put(name, file.read_bytes())
    print(f"stored as {name}")


def reset(_arguments: argparse.Namespace) -> None:
    """Remove the data that lies in the data folder; secrets stay. Raises Refused while a system runs."""
    settings = local_settings()
    folder = data_folder(settings).resolve()
    with hold(settings):
        places = [
            settings.blob_url.removeprefix("file:///"),
            settings.outbox_folder,
            *(str(file) for file in folder.glob("*.db*")),
        ]
        for place in map(Path, places):
            if folder in place.resolve().parents:  # never outside of our own folder
                shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    for beside in (
        folder / store for store in EMULATED
    ):  # files of stores that have forgotten theirs already
        if beside.is_dir():
            with hold_folder(beside):
                shutil.rmtree(beside)
    print(f"all data in {folder} is forgotten")
