"""Where an object store is, in one line: s3://bucket/prefix?endpoint=https://…&region=…"""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

SCHEME = "s3://"
HURRIED = {"sent_marks": {"seconds": 3, "attempts": 1}}  # Whoever sends waits for it, within a lease of two minutes.


class Address(NamedTuple):
    """What `s3://bucket/prefix?endpoint=https://…&region=…` says."""

    bucket: str
    prefix: str
    endpoint: str | None = None
    region: str | None = None


def address_of(url: str) -> Address:
    """Raises ValueError if the address is of another kind. Keys don't belong into it: they are in the environment."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    endpoint = urlsplit(named.get("endpoint", "https://amazonaws.com"))
    known = named.keys() <= {"endpoint", "region"} and not parts.fragment
    good = known and url.startswith(SCHEME) and parts.netloc and not {"@", ":"} & {*parts.netloc}
    if not good or endpoint.scheme not in ("http", "https") or not endpoint.hostname or endpoint.username:
        raise ValueError("It is no s3://bucket/prefix?endpoint=https://…&region=…")
    return Address(parts.netloc, parts.path.strip("/"), **named)


def is_store(url: str) -> bool:
    try:
        return bool(address_of(url))
    except ValueError:
        return False


def goes_in_the_clear(url: str) -> bool:
    """Whether files leave the own network by plain http. Names without dots are those of containers and own hosts."""
    endpoint = urlsplit(address_of(url).endpoint or "https:")
    host = endpoint.hostname or ""
    with suppress(ValueError):
        return endpoint.scheme == "http" and not ip_address(host).is_private
    return endpoint.scheme == "http" and "." in host


def below(url: str, folder: str) -> str:
    """The address of a folder there."""
    place, mark, options = url.partition("?")
    return f"{place.rstrip('/')}/{folder}{mark}{options}"


def in_stores(**urls: str) -> dict[str, Any]:
    """What Django's STORAGES says of all that is in a store, and not in a folder."""
    backend = {"BACKEND": "thanxportal.object_store.ObjectStore"}
    there = {alias: {"url": url} for alias, url in urls.items() if url.startswith(SCHEME)}
    return {alias: backend | {"OPTIONS": options | HURRIED.get(alias, {})} for alias, options in there.items()}
