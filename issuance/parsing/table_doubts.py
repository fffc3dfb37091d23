"""What of a table may be no guest though it stands among them: other tables, lines around them, people of other roles.

Looks at the first rows alone, and at the last ones where they are among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from issuance.parsing.column_choice import Columns
from issuance.parsing.column_names import names_role, names_roles, plain_name
from issuance.parsing.column_words import STAFF_ROLES, bare
from issuance.parsing.header_row import EMAIL_ANYWHERE, may_be_identifier, names_below

_FEWEST_ALIKE = 4  # rows that show how the others look
_LAST = 3  # lines that may stand below the guests
_NEXT = 5  # rows below a header that show what it names
_FEWEST_DIGITS = 7  # of a phone, among words

Numbered = tuple[int, list[str]]


def table_doubts(
    rows: Sequence[list[str]], columns: Columns, *, last: Sequence[list[str]] | None = None
) -> Iterator[str]:
    """Sentences about rows below the header that a person should look at. The table ends with them, or else with these
    `last` ones, as far as they are known."""
    data = [(number, row) for number, row in enumerate(rows, 1) if number > columns.header_row]
    data = [(number, row) for number, row in data if any(map(str.strip, row))]
    yield from islice(_other_tables(rows, data, columns), 1)
    yield from _roles(data, columns)
    yield from _sideways(data, columns)
    guests = [(number, row) for number, row in data if _may_be_guest(row, columns)]
    if not columns.header_row and guests:
        yield from _outer(guests[0], guests[1:], guests[1:], columns, "above")
    ends = guests[1:][-_LAST:] if last is None else [(0, row) for row in last[-_LAST:] if _may_be_guest(row, columns)]
    odd = (sentence for end in ends for sentence in _outer(end, *_others(guests, ends, end), columns, "below"))
    yield from islice(odd, 1)


def _may_be_guest(row: list[str], columns: Columns) -> bool:
    own = (row[at] for at in columns.identifiers if at < len(row))
    return any(map(may_be_identifier, row)) or any(sum(map(str.isdigit, cell)) >= _FEWEST_DIGITS for cell in own)


def _others(guests: list[Numbered], ends: list[Numbered], end: Numbered) -> tuple[list[Numbered], list[Numbered]]:
    """The rows that `end` is compared with: all others, and those before the last ones, if they are enough."""
    before = [guest for guest in guests if guest not in ends]
    others = [guest for guest in guests if guest is not end]
    return others, before if len(before) >= _FEWEST_ALIKE else others


def _other_tables(rows: Sequence[list[str]], data: list[Numbered], columns: Columns) -> Iterator[str]:
    header = _folded(rows[columns.header_row - 1]) if columns.header_row else []
    seen = False
    for at, (number, row) in enumerate(data):
        if any(map(may_be_identifier, row)):
            seen = True
            continue
        below = [next_row for _, next_row in data[at + 1 : at + 1 + _NEXT]]
        if not seen or not below:
            continue
        filled = [cell for cell in row if cell.strip()]
        again = _folded(row) == header or (len(filled) > 1 and names_below(row, below))
        apart = not any(map(str.strip, rows[number - 2])) and any(map(may_be_identifier, below[0]))
        title = len(filled) == 1 and (apart or names_role(plain_name(filled[0])))
        if again or title:
            yield f"Row {number}{_quoted(filled[0])} may begin another table, of people who are no guests."


def _quoted(cell: str) -> str:
    """The cell if it names a role or a place. What may be a guest isn't repeated: more people read why we ask than may
    see guests."""
    return f" (“{cell.strip()[:60]}”)" if names_role(plain_name(cell)) else ""


def _folded(row: list[str]) -> list[str]:
    cells = [cell.strip().casefold() for cell in row]
    return cells[: max((at for at, cell in enumerate(cells, 1) if cell), default=0)]


def _roles(data: list[Numbered], columns: Columns) -> Iterator[str]:
    """A column of roles in which some people are of the staff."""
    for at, name in enumerate(columns.names):
        if names_roles(plain_name(name)):
            values = {bare(row[at]).strip() for _, row in data if len(row) > at}
            if staff := sorted(values & STAFF_ROLES):
                yield f"“{name}” says “{staff[0]}” in some rows: are those people guests?"


def _sideways(data: list[Numbered], columns: Columns) -> Iterator[str]:
    """What an address or a number is stands before it in its row, as on cards."""
    if columns.header_row:
        return
    named = [row for _, row in data[:_NEXT] if _is_label_of(row)]
    if len(named) > 1 or (named and len(data) <= _NEXT):
        yield "The first column seems to name what stands beside it, so that not every row is a guest."


def _is_label_of(row: list[str]) -> bool:
    label, *rest = row
    return names_below([label], [[cell] for cell in rest])


def _outer(
    line: Numbered, others: list[Numbered], inner: list[Numbered], columns: Columns, where: str
) -> Iterator[str]:
    """Whether a line differs from the other rows, or much from the `inner` ones, as one does that stands above or below
    a table."""
    number, row = line
    all_rows, rows = [other for _, other in others], [other for _, other in inner]
    at, label = next(((at, cell.strip()) for at, cell in enumerate(row) if cell.strip()), (0, ""))
    if (
        (columns.may_hold_names(at) and names_role(plain_name(label)))
        or _differs(row, all_rows)
        or _lacks_much(row, rows)
        or _is_wrapped(row, rows, columns)
    ):
        which = f"Row {number}" if number else "The last line"
        yield f"{which}{_quoted(label)} looks like a line {where} the guests, not like one of them."


def _differs(row: list[str], others: list[list[str]]) -> bool:
    """Whether many cells are empty that all the others fill, or one is, and one filled that none of them fills."""
    patterns = [_pattern(other) for other in others]
    if len(patterns) < _FEWEST_ALIKE:
        return False
    own, always, ever = _pattern(row), frozenset.intersection(*patterns), frozenset.union(*patterns)
    return _lacks(own, always) or bool(always - own and own - ever)


def _lacks_much(row: list[str], others: list[list[str]]) -> bool:
    """Whether many cells are empty that all the others fill."""
    patterns = [_pattern(other) for other in others]
    return len(patterns) >= _FEWEST_ALIKE and _lacks(_pattern(row), frozenset.intersection(*patterns))


def _lacks(own: frozenset[int], always: frozenset[int]) -> bool:
    """A guest may leave a cell or two empty that all the others happen to have."""
    missing = len(always - own)
    return missing > 1 and missing * 2 >= len(always)


def _pattern(row: list[str]) -> frozenset[int]:
    return frozenset(at for at, cell in enumerate(row) if cell.strip())


def _is_wrapped(row: list[str], others: list[list[str]], columns: Columns) -> bool:
    """Whether words stand before its email or phone, and before no other."""
    for at in columns.identifiers:
        cells = [other[at] for other in others if len(other) > at and other[at].strip()]
        if len(row) > at and len(cells) > 1 and _has_words(row[at]) and not any(map(_has_words, cells)):
            return True
    return False


def _has_words(cell: str) -> bool:
    email = EMAIL_ANYWHERE.search(cell)
    first = email.start() if email else next((at for at, sign in enumerate(cell) if sign.isdigit()), len(cell))
    return first < len(cell) and sum(map(str.isalpha, cell[:first])) > 1
