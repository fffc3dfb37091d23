"""Which well-known mail domain a misspelt one was meant to be. A suggestion for people, never a rule."""

from __future__ import annotations

from functools import lru_cache

# Those that people mistype, most used first; shorter names have too many honest neighbours.
WELL_KNOWN = (
    "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "comcast.net", "verizon.net", "sbcglobal.net",
    "protonmail.com", "googlemail.com", "bellsouth.net", "rocketmail.com", "earthlink.net", "charter.net",
    "optonline.net", "yahoo.co.uk", "hotmail.co.uk", "btinternet.com", "outlook.fr", "hotmail.fr", "wanadoo.fr",
    "orange.fr", "laposte.net", "t-online.de", "freenet.de", "hotmail.de", "hotmail.es", "yahoo.es", "hotmail.it",
    "libero.it", "virgilio.it", "yahoo.com.mx", "prodigy.net.mx", "yahoo.com.br", "bigpond.com", "shaw.ca",
    "sympatico.ca", "rogers.com",
)  # fmt: skip
# Real mail domains that look like a slip of one of the above.
_HONEST = frozenset(
    (*WELL_KNOWN, "mail.com", "email.com", "ymail.com", "gmx.com", "cloud.com", "yahoo.ca", "yahoo.de", "yahoo.fr",
     "yahoo.it", "yahoo.in", "yahoo.co.in", "yahoo.co.jp", "yahoo.com.au", "yahoo.com.ar", "yahoo.com.sg",
     "yahoo.com.ph", "hotmail.ca", "hotmail.nl", "hotmail.be", "hotmail.se", "hotmail.ch", "outlook.de", "outlook.es",
     "outlook.it", "outlook.in", "outlook.be", "outlook.com.br", "rogers.ca", "proton.me", "shaw.com", "libero.com",
     "charter.com", "orange.com", "orange.es", "yahoo.co.id", "yahoo.co.nz", "yahoo.co.za", "hotmail.com.br",
     "hotmail.com.au", "outlook.com.au", "outlook.jp")
)  # fmt: skip
_NAMES = {domain.partition(".")[0]: domain for domain in reversed(WELL_KNOWN)}


def _shadows(domain: str) -> set[str]:
    """The domain and everything that is left of it without one letter: two domains one slip apart share a shadow."""
    return {domain, *(domain[:at] + domain[at + 1 :] for at in range(len(domain)))}


_DOMAIN_BY_SHADOW = {shadow: domain for domain in reversed(WELL_KNOWN) for shadow in _shadows(domain)}


@lru_cache(maxsize=50_000)
def meant_domain(domain: str) -> str:
    """The well-known domain one slip away (a letter missing, doubled, wrong or swapped); empty if there is none.

    A bare name such as `gmail` or `gmailcom` means the domain with its ending.
    """
    if domain in _HONEST or len(domain) > 20:
        return ""
    bare = _NAMES.get(domain)
    return bare or next(filter(None, map(_DOMAIN_BY_SHADOW.get, sorted(_shadows(domain)))), "")
