"""``run --store --bus``: settings for emulators of the cloud's services, started where none runs yet.

Nothing here reaches a real project: the stores and topics are those of an emulator, or of the MongoDB server
that ``STORE_URL`` names.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import warnings
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local import emulators
from local.emulators import Missing
from local.mongo_server import NotInstalled, mongo_command
from local.place import hold_folder

EMULATED = ("firestore", "mongo")
STORES, BUSES = ("sqlite", *EMULATED), ("local", "pubsub")
PROJECT = "demo-hesabu"
"""Google's tools keep projects named demo-… away from the cloud."""
VAR = Path("var")


@contextmanager
def backends(
    store: str, bus: str, say: Callable[[str], None], environ: MutableMapping[str, str] = os.environ
) -> Iterator[None]:
    """Choose store and bus by their settings in ``environ``, and keep what they need running.

    ``sqlite`` and ``local`` leave to the environment what it says. A store that is started here is empty at
    every start, and so are the files that belong to it.

    Raises Missing for what must be installed, Unavailable for what does not start, Refused while another
    system uses the same files.
    """
    # google.api_core announces the end of Python 3.11 support at import; a person who tries Hesabu cannot act
    warnings.filterwarnings("ignore", "You are using a Python version", FutureWarning)
    with ExitStack() as stack:
        if store != "sqlite":
            _files(VAR / store, environ)
        if store == "firestore":
            _firestore(stack, say, environ)
        elif store == "mongo":
            _mongo(stack, say, environ)
        if bus == "pubsub":
            _pubsub(stack, say, environ)
        yield


def _files(folder: Path, environ: MutableMapping[str, str]) -> None:
    """Files beside a store that is not SQLite's: never those of another store."""
    environ.setdefault("BLOB_URL", f"file:///{folder}/bucket")
    environ.setdefault("OUTBOX_FOLDER", str(folder / "outbox"))


def _firestore(stack: ExitStack, say: Callable[[str], None], environ: MutableMapping[str, str]) -> None:
    environ["STORE_URL"] = f"firestore://{PROJECT}"
    if "FIRESTORE_EMULATOR_HOST" not in environ:
        _empty(VAR / "firestore")
        log = VAR / "firestore.log"
        address = stack.enter_context(emulators.running(emulators.firestore_command, log))
        environ["FIRESTORE_EMULATOR_HOST"] = address
    say(f"store: Firestore emulator at {environ['FIRESTORE_EMULATOR_HOST']}")


def _mongo(stack: ExitStack, say: Callable[[str], None], environ: MutableMapping[str, str]) -> None:
    if not environ.get("STORE_URL", "").startswith("mongodb"):
        folder = VAR / "mongo"
        _empty(folder)
        running = emulators.running(lambda port: _server(port, folder), VAR / "mongo.log", _listens)
        environ["STORE_URL"] = f"mongodb://{stack.enter_context(running)}/hesabu"
        say(f"store: {environ['STORE_URL']}")


def _server(port: int, folder: Path) -> list[str]:
    try:
        return mongo_command(port, folder / "server")
    except NotInstalled as missing:
        raise Missing(f"set STORE_URL=mongodb://… to a replica set; {missing}") from None


def _pubsub(stack: ExitStack, say: Callable[[str], None], environ: MutableMapping[str, str]) -> None:
    environ["BUS_URL"] = f"pubsub://{PROJECT}"
    if "PUBSUB_EMULATOR_HOST" not in environ:
        running = emulators.running(emulators.pubsub_command, VAR / "pubsub.log")
        environ["PUBSUB_EMULATOR_HOST"] = stack.enter_context(running)
    say(f"bus: Pub/Sub emulator at {environ['PUBSUB_EMULATOR_HOST']}")


def _empty(folder: Path) -> None:
    """Forget files that belong to a store which has just forgotten everything else."""
    with hold_folder(folder) as lock:
        for file in folder.iterdir():
            if file.name != Path(lock.name).name:
                shutil.rmtree(file) if file.is_dir() else file.unlink()


def _listens(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a server that speaks no HTTP; raises Unavailable."""

    def connects() -> bool:
        host, port = address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), 5):
            return True

    emulators.wait_until(connects, address, process, log)
