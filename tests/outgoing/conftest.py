from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.outgoing.receivers import Receiver
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.outgoing import delivering
from thanxportal.outgoing.endpoints import add_endpoint
from thanxportal.outgoing.messages import Told, endpoints_of, tell
from thanxportal.outgoing.models import Endpoint, Message, MessageType

ADDRESS = "https://hooks.example.com/portal?key=of-the-merchant"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    receiver = Receiver()
    monkeypatch.setattr(delivering, "network", lambda: receiver.network)
    return receiver


@pytest.fixture
def endpoint(harbor: Merchant, ana: User) -> Endpoint:
    return add_endpoint(merchant=harbor, actor=ana, address=ADDRESS, types=MessageType.values)[0]


@pytest.fixture
def told(endpoint: Endpoint) -> Callable[..., list[Message]]:
    """Messages to all endpoints of Harbor Grill."""

    def say(number: int = 1) -> list[Message]:
        batches = [Told("batch.finished", {"batch_id": str(each)}) for each in range(number)]
        tell(endpoints_of(endpoint.merchant_id), batches, endpoint.created_at)
        return list(Message.objects.order_by("pk"))

    return say


@pytest.fixture
def deliver(receiver: Receiver, world: World) -> Callable[..., None]:
    """Delivers what gets due within so many hours."""

    def work(hours: float = 0) -> None:
        waited = 0.0
        while True:
            for pk in delivering.endpoints_to_serve():
                delivering.serve(pk)
            if waited >= hours * 3600:
                return
            step = 1.0 if hours < 1 else 60.0 if hours < 24 else 300.0
            world.advance(step)
            waited += step

    return work
