"""``python -m local.safaricom --port 9000``: simulated Safaricom alone, for any Daraja client."""

from __future__ import annotations

import argparse
from pathlib import Path

from waitress import create_server

from local.safaricom.app import build_safaricom
from local.safaricom.model import Merchant, Options
from local.safaricom.state import State
from local.safaricom.timer import Timer
from shared.core.clock import SystemClock


def main() -> None:
    """Serve on loopback until interrupted."""
    arguments = _arguments()
    merchant = Merchant(
        key=arguments.key,
        secret=arguments.secret,
        shortcode=arguments.shortcode,
        passkey=arguments.passkey,
        till=arguments.till,
    )
    safaricom = build_safaricom(
        State(arguments.state),
        SystemClock(),
        merchants=[merchant],
        options=Options(callback_seconds=arguments.callback_seconds),
    )
    server = create_server(safaricom, host="127.0.0.1", port=arguments.port, threads=8)
    timer = Timer(safaricom.deliver_due)
    timer.start()
    print(f"simulated Safaricom: http://127.0.0.1:{server.effective_port}  phones: /phone", flush=True)
    try:
        server.run()
    finally:
        timer.stop()
        safaricom.close()


def _arguments() -> argparse.Namespace:
    defaults = Merchant()
    parser = argparse.ArgumentParser(prog="python -m local.safaricom", description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--state", type=Path, default=None, help="a file that outlives the process")
    parser.add_argument("--callback-seconds", type=float, default=1.0)
    for name in ("key", "secret", "shortcode", "passkey", "till"):
        parser.add_argument(f"--{name}", default=getattr(defaults, name))
    return parser.parse_args()


if __name__ == "__main__":
    main()
