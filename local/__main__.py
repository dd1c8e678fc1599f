"""``python -m local``: run everything on one port, and look after it from the command line."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from local import commands, mail, preflight
from local.backends import BUSES, STORES, backends
from local.environment import local_settings
from local.system import System
from shared.app import App
from shared.core import logs
from shared.core.errors import HesabuError
from shared.core.settings import Settings

Command = Callable[[argparse.Namespace], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the process's exit code."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    try:
        command(arguments)
    except (HesabuError, OSError) as error:
        print(f"hesabu: {error}", file=sys.stderr)
        return 1
    return 0


def run(arguments: argparse.Namespace) -> None:
    """Serve until interrupted."""
    _quiet_logs()
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with backends(arguments.store, arguments.bus, lambda line: print(line, flush=True)):
        if arguments.reset:
            commands.reset(arguments)
        _serve(System(_usable_settings()), arguments, stop)


def _serve(system: System, arguments: argparse.Namespace, stop: threading.Event) -> None:
    system.start(arguments.port, arguments.host)
    try:
        _greet(system, demo=arguments.demo)
        system.run()
        while not stop.wait(1):
            continue
        print("stopping: letting what is at hand finish", flush=True)
    finally:
        system.stop()


def demo(_arguments: argparse.Namespace) -> None:
    """Load the demo without serving on."""
    _quiet_logs()
    system = System(_usable_settings())
    system.start()
    try:
        _greet(system, demo=True)
    finally:
        system.stop()


def _usable_settings() -> Settings:
    """Settings that a whole system can start from; raises Invalid, in one line, with everything at fault."""
    settings = local_settings()
    with closing(App(settings)) as app:
        preflight.check(app)
    return settings


def _greet(system: System, *, demo: bool) -> None:
    if demo:
        from local.demo import load

        print(*load(system).lines(), sep="\n", flush=True)
        return
    links = [f"{label}: {system.url}{path}" for label, path in system.runtime.links.items()]
    print(f"Hesabu runs at {system.url}", *links, "Ctrl-C stops it.", sep="\n", flush=True)


def _quiet_logs() -> None:
    """JSON lines on standard error, warnings and worse, unless LOG_LEVEL says otherwise."""
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logs.JsonFormatter())
    logging.getLogger().handlers = [handler]
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue of one is no news


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    names = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        found = names.add_parser(name, help=about, description=about)
        found.set_defaults(command=command)
        return found

    running = add("run", run, "serve everything on one port until interrupted")
    running.add_argument("--port", type=int, default=8080)
    running.add_argument("--host", default="127.0.0.1")
    running.add_argument("--reset", action="store_true", help="forget all data first")
    running.add_argument("--demo", action="store_true", help="load the demo business first")
    running.add_argument("--store", choices=STORES, default="sqlite", help="sqlite, or an emulator's")
    running.add_argument("--bus", choices=BUSES, default="local", help="the embedded queue, or an emulator's")
    add("demo", demo, "load the demo business and stop")
    add("reset", commands.reset, "forget all data (secrets stay)")
    add("status", commands.show_status, "queues and dead letters")
    letters = add("dead-letters", commands.list_letters, "events that could not be dealt with")
    actions = letters.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="show them").set_defaults(command=commands.list_letters)
    again = actions.add_parser("replay", help="deliver them again")
    again.add_argument("id", nargs="?", help="one of them; all without it")
    again.set_defaults(command=commands.replay_letters)
    letter = add("mail", mail.send, "hand in a mail with receipts, as its provider would post it")
    letter.add_argument("file", type=Path, help="a mail as a mail program saves it (.eml)")
    letter.add_argument("--to", required=True, help="the address of GET /v1/receipt-mail")
    letter.add_argument("--spf", default="pass", choices=("pass", "fail", "softfail", "none"))
    letter.add_argument("--url", default="", help="of the running system; PUBLIC_URL without")
    drop = add("drop", commands.drop, "put a receipt into the bucket")
    drop.add_argument("file", type=Path)
    drop.add_argument("--business", required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
