"""``python -m local.airtel --port 9001``: simulated Airtel Money alone, for any client of its API."""

from __future__ import annotations

import argparse
from pathlib import Path

from waitress import create_server

from local.airtel.app import build_airtel
from local.airtel.model import Merchant, Options
from local.safaricom.state import State
from local.safaricom.timer import Timer
from shared.core.clock import SystemClock


def main() -> None:
    """Serve on loopback until interrupted."""
    arguments = _arguments()
    merchant = Merchant(
        key=arguments.key,
        secret=arguments.secret,
        callback_url=arguments.callback_url,
        callback_key=arguments.callback_key,
    )
    options = Options(callback_seconds=arguments.callback_seconds)
    airtel = build_airtel(State(arguments.state), SystemClock(), merchant=merchant, options=options)
    server = create_server(airtel, host="127.0.0.1", port=arguments.port, threads=8)
    timer = Timer(airtel.deliver_due)
    timer.start()
    print(f"simulated Airtel: http://127.0.0.1:{server.effective_port}  phones: /phone", flush=True)
    try:
        server.run()
    finally:
        timer.stop()
        airtel.close()


def _arguments() -> argparse.Namespace:
    defaults = Merchant()
    parser = argparse.ArgumentParser(prog="python -m local.airtel", description=__doc__)
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--state", type=Path, default=None, help="a file that outlives the process")
    parser.add_argument("--callback-seconds", type=float, default=1.0)
    for name in ("key", "secret", "callback-url", "callback-key"):
        parser.add_argument(f"--{name}", default=getattr(defaults, name.replace("-", "_")))
    return parser.parse_args()


if __name__ == "__main__":
    main()
