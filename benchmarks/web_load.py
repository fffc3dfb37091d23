"""Browsers and slow strangers at a web server, by bare sockets: what a server can do, and what it doesn't wait for."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from statistics import median, quantiles
from types import MappingProxyType

PAGE = "/account/login/"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
PATIENCE = 30.0  # seconds for one page


async def fetch(port: int, path: str = PAGE) -> float:
    """Fetches a page by a connection of its own; returns the seconds that it took. Raises OSError or TimeoutError."""
    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await _ask(reader, writer, _request(path))
        finally:
            writer.close()
    return time.perf_counter() - began


async def pages_in(
    seconds: float, port: int, *, connections: int = 50, path: str = PAGE, headers: Mapping[str, str] = NO_HEADERS
) -> float:
    """Pages a second by so many kept connections."""
    until, request = time.perf_counter() + seconds, _request(path, headers)
    counts = await asyncio.gather(*(_pages_until(until, port, request) for _ in range(connections)))
    return sum(counts) / seconds


async def _pages_until(until: float, port: int, request: bytes) -> int:
    pages = 0
    while time.perf_counter() < until:  # A server may close a kept connection at any time.
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while time.perf_counter() < until:
                await _ask(reader, writer, request)
                pages += 1
        writer.close()
    return pages


def _request(path: str, headers: Mapping[str, str] = NO_HEADERS) -> bytes:
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {"Host": "127.0.0.1", **headers}.items())]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = head.split(maxsplit=2)[1]
    if status == b"204":
        return
    if status != b"200":
        raise AssertionError(head[:200])
    if b"content-length:" in head:
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
    else:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)


SLOW = {
    "idle": b"",
    "half headers": f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ".encode(),
    "slow bodies": (
        f"POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 60000\r\n\r\n"
    ).encode(),
}


@asynccontextmanager
async def strangers(port: int, kind: str, many: int = 200) -> AsyncIterator[list[asyncio.Task[float]]]:
    """So many slow connections; but for idle ones, each sends a byte a second. Yields a task for each, whose result is
    the seconds after which the server closed the connection."""
    tasks = [asyncio.create_task(_stranger(port, SLOW[kind])) for _ in range(many)]
    await asyncio.sleep(1)
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _stranger(port: int, start: bytes) -> float:
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(start)
    try:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    if not await reader.read(4096):
                        break
            if start:
                writer.write(b"x")
    except ConnectionError:
        pass
    finally:
        writer.close()
    return time.perf_counter() - began


async def page_times(port: int, pages: int) -> list[float]:
    """Seconds of so many pages, one after another; a page that never came counts as infinite and ends it."""
    times: list[float] = []
    for _ in range(pages):
        try:
            times.append(await fetch(port))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return [*times, float("inf")]
    return times


def told(times: list[float]) -> str:
    if len(times) < 2:
        return "no page in time"
    late = quantiles(times, n=20)[-1]
    return f"median {median(times) * 1000:.0f} ms, 95 % {late * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms"
