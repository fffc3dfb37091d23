"""The simulator on a real socket: broken connections, threads and posted webhooks."""

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.partner_simulator.calling import HEADERS, make_caller
from thanxportal.partner_simulator import Fault, Simulator, SimulatorServer, Weather, serve, sign


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    made = serve(make_caller().simulator, hang_seconds=0.05)
    yield made
    made.close()


def _get(server: SimulatorServer, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.RESET_BEFORE, ConnectionResetError),
        (Fault.RESET_AFTER, ConnectionResetError),
        (Fault.TIMEOUT_AFTER, ConnectionResetError),
        (Fault.HALF_HEADERS, (http.client.HTTPException, json.JSONDecodeError)),
        (Fault.HALF_BODY, http.client.IncompleteRead),
    ],
)
def test_a_connection_really_breaks(server: SimulatorServer, fault: Fault, error: type[Exception]) -> None:
    server.simulator.script("GET", "/partner/scopes", [fault])
    with pytest.raises(error):
        _get(server, "/partner/scopes")
    assert _get(server, "/partner/scopes") == (200, {"scopes": ["rewards.issue"]})


def test_many_threads_at_once_never_exceed_the_limit(server: SimulatorServer) -> None:
    with ThreadPoolExecutor(20) as pool:
        statuses = [status for status, _ in pool.map(lambda _: _get(server, "/partner/merchants"), range(40))]
    assert statuses.count(200) == 5
    assert _get(server, "/_simulator/stats")[1]["status_429"] == 35


def test_a_dish_is_served_as_a_picture(server: SimulatorServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request("GET", "/_simulator/images/coffee.svg")
    answer = connection.getresponse()
    assert (answer.headers["Content-Type"], answer.read()[:4]) == ("image/svg+xml", b"<svg")
    connection.close()


def test_webhooks_are_posted_with_their_signature() -> None:
    received: list[tuple[bytes, str]] = []
    all_came = threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((body, self.headers["X-Thanx-Signature"]))
            self.send_response(204)
            self.end_headers()
            if len(received) == 2:
                all_came.set()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    listener = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
    simulator = Simulator(
        client_id="right-client",
        access_token="right-token",
        weather=Weather("quick", pending_seconds=0.0),
        refused_share=0.0,
        webhook_url=f"http://127.0.0.1:{listener.server_port}/webhooks/thanx?source=simulator",
        webhook_secret="whsec",
    )
    caller = make_caller()
    caller.simulator = simulator
    caller.new_job(["ana@example.com"])
    try:
        assert all_came.wait(10)
    finally:
        simulator.close()
        listener.shutdown()
        listener.server_close()
    assert all(sign(body, "whsec") == signature for body, signature in received)
    assert json.loads(received[0][0])["event"] == "reward.issued"
