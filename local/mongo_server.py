"""The command line of a MongoDB server on this machine, for trying the MongoDB store without a cluster.

It is SecantusDB's daemon, a program of its own for whoever wants to install it. It is a beta under the GPL,
so Hesabu neither imports nor ships it: its command is run, and MongoDB's protocol is spoken with it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

DAEMON = "secantusd-py"


class NotInstalled(Exception):
    """The daemon is not here; the message says how to get it."""


def mongo_command(port: int, folder: Path) -> list[str]:
    """A server on 127.0.0.1 that acknowledges nothing before it is on disk; raises NotInstalled.

    It says that it is a replica set of one, which the store's transactions need:
    ``STORE_URL=mongodb://127.0.0.1:PORT/hesabu``.
    """
    beside = Path(sys.executable).with_name(DAEMON)
    daemon = str(beside) if beside.exists() else shutil.which(DAEMON)
    if daemon is None:
        raise NotInstalled(f"no MongoDB server is installed to test with: pip install secantusdb ({DAEMON})")
    where = ["--host=127.0.0.1", f"--port={port}", f"--storage-path={folder}"]
    return [daemon, *where, "--sync-on-commit", "--log-level=WARNING"]
