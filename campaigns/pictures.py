"""From where a picture is loaded, as a Content-Security-Policy names it."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?").fullmatch


def origin_of(address: str) -> str:
    """Returns the origin of an https address, such as https://img.example.com; empty for anything else.

    Thanx writes these addresses, so whatever could be more than a host in a header is none.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    host = parts.netloc.lower()
    return f"https://{host}" if parts.scheme == "https" and _HOST(host) else ""
