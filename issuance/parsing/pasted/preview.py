"""What would be taken from pasted text, and what would be left: shown before anything is stored."""

from __future__ import annotations

from typing import NamedTuple

from issuance.parsing.pasted.text import PastedGuests, read_pasted
from issuance.parsing.unreadable_file import UnreadableFile

MOST = 50_000  # characters that are looked at
SHOWN = 5  # guests and lines


class PastedPreview(NamedTuple):
    """`first` are the first guests, `unsure` the first pieces that somebody has to look at, `left` the first of which
    nothing is taken; `cut`: only the beginning was looked at. `problem` is a sentence when there is no guest at all."""

    guests: int = 0
    bad: int = 0
    first: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    left_count: int = 0
    left: tuple[str, ...] = ()
    cut: bool = False
    problem: str = ""


def preview_pasted(text: str, *, country: str, prefer: str) -> PastedPreview:
    """Reads the beginning of a pasted text as the whole would be read; the last line is left if it is cut."""
    cut = len(text) > MOST
    text = text[:MOST].rpartition("\n")[0] if cut else text
    try:
        read = read_pasted(text, country=country, prefer=prefer)
        results = list(read.results())
    except UnreadableFile as refusal:
        return PastedPreview(problem=refusal.sentence)
    good = [result.value for result in results if result.value]
    above = read.opened.samples[: read.opened.columns.header_row]
    left = read.left_out if isinstance(read, PastedGuests) else [" ".join(cells) for cells in above if any(cells)]
    bad = [" ".join(filter(None, result.raw)) for result in results if not result.value]
    first, unsure = tuple(good[:SHOWN]), tuple(bad[:SHOWN])
    return PastedPreview(len(good), len(bad), first, unsure, len(left), tuple(left[:SHOWN]), cut)
