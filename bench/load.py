"""A bounded load on loopback: keep-alive connections, each one request at a time, latencies kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.errors import HesabuError


@dataclass(frozen=True, slots=True)
class Load:
    """What one run measured: answers a second, and latencies in seconds in ascending order."""

    per_second: float
    latencies: tuple[float, ...]
    not_ok: int

    def percentile(self, share: float) -> float:
        """The latency below which ``share`` of the answers came."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


class BadAnswer(HesabuError):
    """The server's answer is no HTTP the load generator knows."""


def post_all(port: int, path: str, bodies: Sequence[bytes], connections: int) -> Load:
    """POST every body once over ``connections`` parallel connections to 127.0.0.1."""
    return asyncio.run(_run(port, path, bodies, connections))


async def _run(port: int, path: str, bodies: Sequence[bytes], connections: int) -> Load:
    latencies: list[float] = []
    failures: list[int] = []
    queue = iter(bodies)
    began = time.perf_counter()
    await asyncio.gather(*(_worker(port, path, queue, latencies, failures) for _ in range(connections)))
    elapsed = time.perf_counter() - began
    return Load(len(bodies) / elapsed, tuple(sorted(latencies)), len(failures))


async def _worker(port, path, queue, latencies, failures) -> None:  # type: ignore[no-untyped-def]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    try:
        for body in queue:
            began = time.perf_counter()
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            status, close = await _answer(reader)
            latencies.append(time.perf_counter() - began)
            if status != 200:
                failures.append(status)
            if close:  # gunicorn recycles a connection now and then
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "content-length" not in headers:
        raise BadAnswer("the answer has no Content-Length")
    await reader.readexactly(int(headers["content-length"]))
    return int(first.split(" ")[1]), headers.get("connection", "").lower() == "close"
