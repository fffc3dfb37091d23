"""A thread in workers that tells merchants' systems what happened: it makes the messages, and hands endpoints that have
some to a few threads of its own, so that neither tasks nor other endpoints wait for a slow receiver."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import close_old_connections, connections

from issuance import shutdown
from issuance.outgoing.deriving import tell_happening
from issuance.worker.due_work import succeeds, tell_of_trouble
from thanxportal.outgoing.delivering import endpoints_to_serve, serve
from thanxportal.outgoing.happenings import happenings_to_tell

REST = 2.0  # seconds between two looks
AFTER_TROUBLE = 10.0  # seconds
AT_ONCE = 8  # endpoints, each by a thread


def tell_what_happened() -> int:
    """Makes the messages that are to be made; returns how many failed, which is tried again the next time."""
    return sum(not succeeds(tell_happening, pk) for pk in happenings_to_tell() if not shutdown.asked.is_set())


def keep_delivering() -> None:
    """Until the worker is asked to stop."""
    serving: dict[int, Future[None]] = {}
    with ThreadPoolExecutor(AT_ONCE, "messages") as pool:
        while not shutdown.asked.is_set():
            try:
                close_old_connections()
                failed = tell_what_happened()
                _serve_free(serving, pool.submit)
            except Exception as error:
                failed = 1
                tell_of_trouble("Delivering messages", error, about="messenger")
            shutdown.asked.wait(AFTER_TROUBLE if failed else REST)
    connections.close_all()


def _serve_free(serving: dict[int, Future[None]], submit: Callable[..., Future[None]]) -> None:
    """Gives those endpoints a thread that nobody here serves."""
    for pk in [pk for pk, future in serving.items() if future.done()]:
        del serving[pk]
    for pk in endpoints_to_serve():
        if pk not in serving and len(serving) < AT_ONCE:
            serving[pk] = submit(_serve, pk)


def _serve(endpoint_id: int) -> None:
    try:
        succeeds(deliver, endpoint_id)
    finally:
        connections.close_all()


def deliver(endpoint_id: int) -> None:
    serve(endpoint_id, lambda: not shutdown.asked.is_set())
