"""A guest who is on no list, as Thanx might name it in any text; and whether a page lets anybody read who it is."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote

EMAILS = (
    "quokka.finch@wombat.example.com",
    "QUOKKA.FINCH@WOMBAT.EXAMPLE.COM",
    "<quokka.finch@wombat.example.com>",
    "mailto:quokka.finch@wombat.example.com",
    "'quokka.finch@wombat.example.com'",
    '"quokka finch"@wombat.example.com',
    "quokka.finch @ wombat . example . com",
    "quokka.finch%40wombat.example.com",
    "quokka.finch%2540wombat.example.com",
    "quokka.finch&#64;wombat.example.com",
    "quokka.finch&commat;wombat.example.com",
    "quokka.finch\\u0040wombat.example.com",
    "quokka.finch\uff20wombat.example.com",
    "quo\u200bkka.finch@wom\u00adbat.example.com",
    "quokka.finch(at)wombat.example.com",
    "quokka dot finch at wombat dot example dot com",
    "quokka.finch [at] wombat [dot] example [dot] com",
    "quokka_at_wombat.example.com",
)
PHONES = (
    "+12025550187",
    "12025550187",
    "2025550187",
    "+1 (202) 555-0187",
    "1 - (202) - 555 - 0187",
    "202.555.0187",
    "202/555/0187",
    "202_555_0187",
    "tel:+1-202-555-0187",
    "%2B1%20202%20555%200187",
    "202\u00a0555\u20110187",
    "202\u200b555\u200b0187",
    "\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff18\uff17",
    "\u0662\u0660\u0662 \u0665\u0665\u0665 \u0660\u0661\u0668\u0667",
)
SPELLINGS = EMAILS + PHONES


def tells_who(text: str) -> bool:
    """Whether the guest can be made out in a text, whatever stands between its parts."""
    plain = unicodedata.normalize("NFKC", html.unescape(unquote(html.unescape(text)))).lower()
    signs = "".join(str(unicodedata.digit(sign, sign)) for sign in plain if sign.isalnum())
    return bool(re.search("quokka|wombat|5550187", signs))
