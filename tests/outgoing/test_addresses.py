"""No address that somebody types, and no name that stands for one, makes the portal send into a private network."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.outgoing.receivers import PUBLIC, Receiver
from thanxportal.outgoing.addresses import is_public, problem_of
from thanxportal.outgoing.no_answer import NO_NAME, NOT_ALLOWED
from thanxportal.outgoing.posting import Network, NoName, Poster

# As they are typed. What is no name at all isn't looked up by anybody, or stands for what inet_aton makes of it.
TYPED = """
http://example.com/ http://127.0.0.1:8900/ https://127.0.0.1/ https://localhost/ https://127.0.0.1:443/
https://LOCALHOST/ https://127.1/ https://127.0.1/ https://2130706433/ https://0x7f000001/ https://0x7f.0.0.1/
https://0177.0.0.1/ https://017700000001/ https://0/ https://0.0.0.0/ https://10.0.0.1/ https://172.16.0.1/
https://172.31.255.255/ https://192.168.1.1/ https://169.254.169.254/latest/meta-data/ https://100.64.0.1/
https://100.100.100.200/ https://168.63.129.16/ https://192.0.0.192/ https://192.0.2.1/ https://198.18.0.1/
https://198.51.100.1/ https://203.0.113.1/ https://224.0.0.1/ https://239.255.255.250/ https://240.0.0.1/
https://255.255.255.255/ https://192.88.99.1/ https://[::]/ https://[::1]/ https://[0:0:0:0:0:0:0:1]/
https://[::ffff:127.0.0.1]/ https://[::ffff:7f00:1]/ https://[::ffff:8.8.8.8]/ https://[::127.0.0.1]/
https://[::10.0.0.1]/ https://[2002:7f00:1::]/ https://[2002:a00:1::1]/ https://[64:ff9b::7f00:1]/
https://[64:ff9b::10.0.0.1]/ https://[64:ff9b:1::a00:1]/ https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/
https://[fe80::1]/ https://[fe80::1%25eth0]/ https://[fc00::1]/ https://[fd00:ec2::254]/ https://[fec0::1]/
https://[ff02::1]/ https://[2001:db8::1]/ https://[100::1]/ https://[3fff::1]/
https://user:pass@example.com/ https://user@example.com/ https://example.com@127.0.0.1/ https://127.0.0.1\\@example.com/
https://example.com:22/ https://example.com:6379/ https://example.com:8443/ https://example.com:99999/
https://example.com:-1/ https://example.com#@127.0.0.1/ https://example.com/#x https://127.0.0.1%2f@example.com/
https://%31%32%37.0.0.1/ https:///etc/passwd https:127.0.0.1 //127.0.0.1/ ftp://example.com/ file:///etc/passwd
gopher://127.0.0.1:6379/_FLUSHALL javascript:alert(1) data:text/plain,x https://①②⑦.⓪.⓪.①/ https://１２７.０.０.１/
https://metadata/ https://internal/ https://example.com./
https://-a.example.com/ https://a..example.com/ https://[127.0.0.1]/ https://[::1 https://example.123/
""".split()  # noqa: SIM905
TYPED += [
    "https://example.com\t.evil/",
    "https://exa\nmple.com/",
    "https://example.com/ x",
    f"https://example.com/{'x' * 500}",
    "",
]
# Names like any other, and what somebody's DNS says of them.
NAMES = {
    "loopback": ["127.0.0.1"],
    "loopback-6": ["::1"],
    "private": ["10.1.2.3"],
    "link-local": ["169.254.169.254"],
    "cgnat": ["100.64.9.9"],
    "mapped": ["::ffff:10.0.0.1"],
    "nat64": ["64:ff9b::a00:1"],
    "six-to-four": ["2002:a00:1::1"],
    "scoped": ["fe80::1%eth0"],
    "multicast": ["224.0.0.251"],
    "unspecified": ["0.0.0.0"],  # noqa: S104
    "public-and-private": [PUBLIC, "192.168.0.10"],
    "private-and-public": ["fd00::1", PUBLIC],
    "no-address": ["what is that"],
}


def posted(address: str, network: Network, *, this_machine: bool = False, ports: Any = (443,)) -> Any:
    with Poster(address, network, ports=ports, this_machine=this_machine, user_agent="test") as poster:
        return poster.post(b"{}", {})


@pytest.mark.parametrize("address", TYPED)
def test_what_is_typed_is_refused_with_a_sentence_and_never_looked_up(address: str) -> None:
    receiver, looked_up = Receiver(), []
    network = Network(resolve=lambda host, port: looked_up.append(host) or [PUBLIC], transport=receiver)  # type: ignore[func-returns-value]
    assert problem_of(address, ports=[443], this_machine=False).endswith(".")
    assert posted(address, network).code == NOT_ALLOWED
    assert (receiver.requests, looked_up) == ([], [])


def test_there_are_more_than_sixty_of_them() -> None:
    assert len({*TYPED}) > 80


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_that_stands_for_such_an_address_is_refused(kind: str) -> None:
    receiver = Receiver()
    answer = posted(f"https://{kind}.example.com/", Network(lambda *_: NAMES[kind], receiver))
    assert (answer.status, answer.code, receiver.requests) == (None, NOT_ALLOWED, [])


def test_a_name_that_stands_for_nothing_is_told_apart() -> None:
    def nothing(host: str, port: int) -> list[str]:
        raise NoName

    assert posted("https://gone.example.com/", Network(nothing, Receiver())).code == NO_NAME


def test_who_answers_otherwise_the_second_time_is_connected_to_as_checked_the_first_time() -> None:
    """DNS rebinding: each request looks up once, and goes to what was checked."""
    receiver, answers = Receiver(), iter([[PUBLIC], ["127.0.0.1"], [PUBLIC]])
    network = Network(lambda *_: next(answers), receiver)
    with Poster("https://rebind.example.com/", network, ports=[443], this_machine=False, user_agent="test") as poster:
        codes = [poster.post(b"{}", {}).code for _ in range(3)]
    assert codes == ["", NOT_ALLOWED, ""]
    assert [request.url.host for request in receiver.requests] == [PUBLIC, PUBLIC]


def test_another_address_of_the_name_is_tried_if_one_cant_be_reached() -> None:
    receiver = Receiver([httpx.ConnectError("no route"), 200])
    answer = posted("https://two.example.com/", Network(lambda *_: ["2600:1f18::1", PUBLIC], receiver))
    assert (answer.status, [request.url.host for request in receiver.requests]) == (200, ["2600:1f18::1", PUBLIC])


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "https://a.b-c.example.co.uk/x?y=z",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "https://example.com:443/",
    ],
)
def test_public_addresses_are_taken(address: str) -> None:
    assert problem_of(address, ports=[443], this_machine=False) == ""


def test_another_port_is_taken_where_the_setting_says_so() -> None:
    assert problem_of("https://example.com:8443/", ports=[443, 8443], this_machine=False) == ""
    assert "443 or 8443" in problem_of("https://example.com:22/", ports=[8443, 443], this_machine=False)


def test_plain_http_goes_to_this_machine_alone_and_only_where_things_are_tried_out() -> None:
    receiver = Receiver()
    here = Network(lambda *_: ["127.0.0.1"], receiver)
    assert posted("http://127.0.0.1:9000/", here, this_machine=True).status == 200
    assert posted("http://127.0.0.1:9000/", here).code == NOT_ALLOWED
    assert posted("http://example.com/", here, this_machine=True).code == NOT_ALLOWED
    assert posted("https://a.example.com/", here, this_machine=True).code == NOT_ALLOWED
    elsewhere = Network(lambda *_: ["10.0.0.1"], receiver)
    assert posted("http://localhost:9000/", elsewhere, this_machine=True).code == NOT_ALLOWED
    assert len(receiver.requests) == 1


def test_what_python_takes_for_public_is_still_judged_by_us() -> None:
    assert is_public("8.8.8.8")
    assert is_public("2606:4700::1111")
    assert not any(map(is_public, ("192.88.99.1", "168.63.129.16", "2001:1::1", "::ffff:8.8.8.8", "", "x", "1")))
