"""Systems of merchants that are told what happens: what they were sent, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import httpx
import time_machine
from standardwebhooks import Webhook

from thanxportal.outgoing.models import Endpoint
from thanxportal.outgoing.posting import Network
from thanxportal.outgoing.signing import secret_of

PUBLIC = "198.41.0.4"
Answer = int | httpx.Response | Exception


class Receiver(httpx.BaseTransport):
    """The network beyond the check of addresses: one answer after the other, then the last one again and again."""

    def __init__(self, answers: Iterable[Answer] = (200,)) -> None:
        self.answers = [*answers]
        self.requests: list[httpx.Request] = []
        self.before: Callable[[], Any] = lambda: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        request.read()
        self.before()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        whole = answer if isinstance(answer, httpx.Response) else httpx.Response(answer, text="Noted.")
        return httpx.Response(whole.status_code, headers=whole.headers, content=iter([whole.content]))

    @property
    def network(self) -> Network:
        return Network(resolve=lambda host, port: [PUBLIC], transport=self)

    @property
    def names(self) -> list[str]:
        """Of the messages, in the order in which they came."""
        return [request.headers["webhook-id"] for request in self.requests]


def verified(request: httpx.Request, endpoint: Endpoint, *, seed: str = "") -> Any:
    """What a receiver reads, after the package has checked it at the time at which it was sent."""
    at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"])).astimezone()
    with time_machine.travel(at, tick=False):
        return Webhook(secret_of(seed or endpoint.seed)).verify(request.content, dict(request.headers))
