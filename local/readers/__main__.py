"""``python -m local.readers --port 9002``: simulated Vision and Gemini alone, for any client of theirs."""

from __future__ import annotations

import argparse
from pathlib import Path

from waitress import create_server

from local.readers.app import build_readers
from local.readers.vision_grpc import serve_grpc
from local.safaricom.state import State
from shared.core.clock import SystemClock


def main() -> None:
    """Serve on loopback until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.readers", description=__doc__)
    parser.add_argument("--port", type=int, default=9002)
    parser.add_argument("--state", type=Path, default=None, help="a file that outlives the process")
    parser.add_argument("--key", default="", help="the API key that Gemini wants; any when left out")
    arguments = parser.parse_args()
    readers = build_readers(State(arguments.state), SystemClock(), key=arguments.key)
    server = create_server(readers, host="127.0.0.1", port=arguments.port, threads=4)
    with serve_grpc(readers) as grpc_address:
        print(f"simulated Vision and Gemini: http://127.0.0.1:{server.effective_port}", flush=True)
        print(f"Vision over gRPC: {grpc_address}", flush=True)
        try:
            server.run()
        finally:
            readers.close()


if __name__ == "__main__":
    main()
