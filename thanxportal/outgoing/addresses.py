"""Which addresses may be sent to: those of the public internet, by https, whatever strangers type (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
MOST = 500  # characters
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.ASCII)
_SIGNS = re.compile(r"[!-~]+", re.ASCII)
# Python counts these as public, or does so in some versions: anycast of 6to4, protocols, a service inside of a cloud.
_NOT_PUBLIC = [ip_network(net) for net in ("192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32")]
_UNICAST = ip_network("2000::/3")  # Without what wraps IPv4: mapped, compatible and NAT64 addresses.
_TUNNELS = [ip_network(net) for net in ("2002::/16", "2001::/23", "3fff::/20", "2620:4f:8000::/48")]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet that wraps no other; False for what is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        return _is_public_6(found)
    return _is_public_4(found)


def _is_public_4(address: IPv4Address) -> bool:
    apart = address.is_multicast or address.is_reserved or any(address in net for net in _NOT_PUBLIC)
    return address.is_global and not apart


def _is_public_6(address: IPv6Address) -> bool:
    apart = address.scope_id is not None or any(address in net for net in _TUNNELS)
    return address.is_global and address in _UNICAST and not apart


def is_this_machine(address: str) -> bool:
    """Whether an IP address is a loopback one."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def goes_to_this_machine(address: str) -> bool:
    """Whether a URL names this machine by one of its usual names, by plain http."""
    parts = _parts(address)
    return parts is not None and parts.scheme == "http" and parts.hostname in THIS_MACHINE


def judge_of(address: str, *, this_machine: bool) -> Callable[[str], bool]:
    """What tells whether an IP address may be connected to for this URL."""
    return is_this_machine if this_machine and goes_to_this_machine(address) else is_public


def same_for(address: str) -> tuple[str, str, int, str, str]:
    """Equal for two URLs of one place, however they are written; for those without a problem."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, parts.hostname or "", port, parts.path or "/", parts.query


def problem_of(address: str, *, ports: Collection[int], this_machine: bool) -> str:
    """A sentence on why nothing may be sent to a URL; empty if it may. Names are looked up only when it is sent.

    `this_machine` lets plain http to this machine pass, for trying things out.
    """
    parts = _parts(address)
    if parts is None:
        return "This is no address that programs can be reached at, such as https://example.com/portal."
    if parts.username is not None or parts.password is not None:
        return "Leave out the name and password: messages are signed instead."
    if "#" in address:
        return "Leave out the # and what follows it."
    if this_machine and goes_to_this_machine(address):
        return ""
    if parts.scheme != "https":
        return "Use an address that begins with https://."
    if (parts.port or 443) not in ports:
        return f"Messages go only to port {' or '.join(map(str, sorted(ports)))}."
    return _problem_of_host(parts.hostname or "")


def _problem_of_host(host: str) -> str:
    try:
        literal = ip_address(host)
    except ValueError:
        return "" if _HOST.fullmatch(host) else "The address needs the full name of a host, such as hooks.example.com."
    return "" if is_public(str(literal)) else "This address is in a private network, which the portal can’t send to."


def _parts(address: str) -> SplitResult | None:
    """The parts of a URL of printable ASCII, as all who read URLs agree on them; None for any other."""
    if len(address) > MOST or not _SIGNS.fullmatch(address) or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname and "%" not in parts.netloc else None
