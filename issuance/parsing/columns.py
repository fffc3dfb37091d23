"""Which columns of a table hold emails and phones, by name and by content, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from issuance.parsing.column_choice import MOST_COLUMNS, WIDEST, ColumnContent, Columns, column_letter
from issuance.parsing.column_fits import (
    Fit,
    column_cells,
    email_fits,
    email_share,
    filled_rows,
    parsed_cells,
    perhaps_phones,
    phone_fits,
    phone_share,
)
from issuance.parsing.column_names import UNCLEAR, email_rank, names_another_guest, phone_rank, plain_name
from issuance.parsing.countries import names_nowhere
from issuance.parsing.country_column import country_column
from issuance.parsing.country_doubts import country_doubt
from issuance.parsing.header_row import find_header, is_guest
from issuance.parsing.unreadable_file import UnreadableFile

_SAMPLES = 5  # cells of a column that are shown
_SAMPLE_LENGTH = 80  # characters of each
_FEW_ROWS = 3  # without a header, below which two columns may well be of two people


def find_columns(rows: Sequence[list[str]], *, country: str) -> Columns:
    """Find header and columns in the first `rows` of a table.

    Raises UnreadableFile when nothing looks like an email or a phone, or when nothing follows the header.
    """
    columns = _find_columns(rows, country)
    doubted = with_country_doubt(rows, columns, country=country)
    if doubted.likely_country in ("", country):
        return doubted
    there = _find_columns(rows, doubted.likely_country)
    return replace(there, likely_country=doubted.likely_country, doubts=(doubted.doubts[0], *there.doubts))


def with_country_doubt(rows: Sequence[list[str]], columns: Columns, *, country: str) -> Columns:
    """The columns, and as their first doubt that the phones in them may be of another country than `country`."""
    if columns.phone is None:
        return columns
    guests = filled_rows(rows[columns.header_row :])
    unsaid = [row for row in guests if columns.country is None or names_nowhere("".join(row[columns.country :][:1]))]
    cells = [cell for at in (columns.phone, *columns.more_phones) for cell in column_cells(unsaid, at)]
    doubt = country_doubt(cells, columns.name_of(columns.phone), country)
    return replace(columns, likely_country=doubt.likely, doubts=(doubt.sentence, *columns.doubts)) if doubt else columns


def _find_columns(rows: Sequence[list[str]], country: str) -> Columns:
    header = find_header(rows)
    cells = rows[header.at] if header.at is not None else []
    guests = filled_rows(rows[0 if header.at is None else header.at + 1 :])
    if not guests:
        raise UnreadableFile("no_rows" if cells else "empty_file")
    width = min(max((len(row) for row in [cells, *guests]), default=0), WIDEST)
    names = _plain_names(cells, header.groups, width)
    emails = email_fits(names, guests, headless=not cells)
    phones = phone_fits(names, guests, country, headless=not cells)
    shown = _shown([*cells, *[""] * (width - len(cells))], width)
    email, phone, against = _choice(emails, phones, shown) or _perhaps(names, guests, shown)
    doubts = [*([_GUESTS_ABOVE] if header.guests_above else []), *against]
    further = [fit for fit in (*emails, *phones) if fit.cells and names_another_guest(names[fit.column])]
    doubts += [_ANOTHER.format(shown[fit.column]) for fit in further[:1]]
    if not cells and email and phone and len(guests) < _FEW_ROWS:
        doubts.append(_WHOSE.format(shown[email.column], shown[phone.column]))
    at_email, at_phone = (None if fit is None else fit.column for fit in (email, phone))
    only, *others = {at_email, at_phone} - {None}
    if only is not None and not others and (share := _mixed(guests, only, country)):
        at_email = at_phone = only
        own = [fit for fit in (*emails[:1], *phones[:1]) if fit.own and fit.repeats and fit.column != only]
        doubts = [*_doubts_of_mixed(doubts, shown[only], share), *(_REPEATS.format(shown[fit.column]) for fit in own)]
    at_country, country_doubts = country_column(shown, guests) if phones else (None, ())
    header_row = 0 if header.at is None else header.at + 1
    more_emails = _more(emails, email, [email_rank(name) for name in names])
    more_phones = _more(phones, phone, [phone_rank(name) for name in names])
    own_names = _shown(cells, width)
    all_doubts = (*doubts, *country_doubts)
    return Columns(at_email, at_phone, header_row, own_names, all_doubts, more_emails, more_phones, at_country)


def _plain_names(cells: list[str], groups: Sequence[str], width: int) -> list[str]:
    """Of each column its plain name, after that of the group in which it stands."""
    grouped = [*groups, *[groups[-1] if groups else ""] * width]
    return [plain_name(" ".join([*grouped[at : at + 1], *cells[at : at + 1]])) for at in range(width)]


def chosen_columns(
    rows: Sequence[list[str]],
    *,
    email: int | None,
    phone: int | None,
    header_row: int,
    more_emails: Sequence[int] = (),
    more_phones: Sequence[int] = (),
) -> Columns:
    """The columns that a person chose, under the names that stand in `header_row` (0: none). A guest's row names none:
    names are seen by more people than guests."""
    cells = rows[header_row - 1] if 0 < header_row <= len(rows) else []
    cells = [] if any(map(is_guest, cells)) else cells
    width = min(max((len(row) for row in rows), default=0), WIDEST)
    country = country_column(_shown(cells, width), filled_rows(rows[header_row:])).at if phone is not None else None
    return Columns(email, phone, header_row, _shown(cells, width), (), tuple(more_emails), tuple(more_phones), country)


def contents_of(rows: Sequence[list[str]], columns: Columns, *, country: str) -> list[ColumnContent]:
    """What each column holds, for a person who has to choose."""
    guests = filled_rows(rows[columns.header_row :])
    width = min(max(map(len, guests), default=0), WIDEST)
    contents = []
    for at in range(width):
        cells = column_cells(guests, at)
        samples = [cell[:_SAMPLE_LENGTH] for cell in cells[:_SAMPLES]]
        parsed = parsed_cells(cells, width)
        shares = len(cells) / len(guests), email_share(parsed), phone_share(parsed, country)
        contents.append(ColumnContent(columns.name_of(at), samples, *(round(share, 3) for share in shares)))
    return contents


_GUESTS_ABOVE = "Rows above the header could hold guests."
_SOMEBODY_ELSE = "“{}” sounds like {} of somebody other than the guest."
_REPEATS = "“{}” holds the same few values again and again, as a shop’s or a clerk’s column does."
_RIVAL = "“{}” and “{}” could both hold the guests’ {}."
_UNNAMED = "“{}” looks like {}, but its name doesn’t say so."
_UNCLEAR = "“{}” looks like {}, but its name doesn’t say that they are the guests’ own."
_HARDLY = "Less than half of “{}” looks like {}."
_ANOTHER = "“{}” seems to hold another guest of each row, and each row is read as one guest."
_ONLY = "Only “{}” could hold phone numbers."
_WHOSE = "No header says whether “{}” and “{}” are of the same guest."


_Choice = tuple[Fit | None, Fit | None, list[str]]  # columns of emails and of phones, and what speaks against them


def _choice(emails: list[Fit], phones: list[Fit], shown: Sequence[str]) -> _Choice | None:
    """The likely columns; None if there are none."""
    email, phone = _likely_pair(emails, phones)
    if email is None and phone is None:
        return None
    of_email = _doubts(email, emails, phone, shown, "email addresses")
    return email, phone, [*of_email, *_doubts(phone, phones, email, shown, "phone numbers")]


def _likely_pair(emails: list[Fit], phones: list[Fit]) -> tuple[Fit | None, Fit | None]:
    """The columns of emails and of phones; emails under an unclear name are better than none."""
    email, phone = _likely(emails, phones), _likely(phones, emails)
    if email is None and emails and emails[0].name == UNCLEAR and not emails[0].strange:
        email = emails[0]
    return email, phone


def _perhaps(names: list[str], guests: Sequence[list[str]], shown: Sequence[str]) -> _Choice:
    """The column that could hold phones, of another country or of none. Raises UnreadableFile."""
    at = perhaps_phones(names, guests)
    if at is None:
        raise UnreadableFile("no_identifier_column")
    return None, Fit(at, 0, 0, (), somebody_else=False, own=False), [_ONLY.format(shown[at])]


def _likely(fits: list[Fit], others: list[Fit]) -> Fit | None:
    """The column that fits best; none if the guests surely have one of the other kind, and this may be anybody's or
    holds something else."""
    if not fits:
        return None
    best, other = fits[0], others[0] if others else None
    if other and other.certain and (not best.own or best.somebody_else or best.idle):
        return None
    return None if other and best.strange and not other.strange else best


def _doubts(fit: Fit | None, fits: list[Fit], other: Fit | None, shown: Sequence[str], what: str) -> Iterator[str]:
    """Why the one of `fits` that was taken may be the wrong one; being sure is earned by both name and content, and who
    surely has one kind may have a doubtful one of the `other`."""
    if fit is None:
        yield from () if other and other.certain else _strange(fits[0], shown, what) if fits else ()
        return
    name = shown[fit.column]
    yield from _strange(fit, shown, what)
    rivals = [
        one for one in fits if one is not fit and one.share >= 0.5 and one.name >= fit.name and one.own >= fit.own
    ]
    rivals = [one for one in rivals if not one.somebody_else]
    if rivals and not (what == "phone numbers" and fit.own and other and other.certain):
        yield _RIVAL.format(name, shown[rivals[0].column], what)
    elif not fit.own and not fit.somebody_else:
        yield (_UNCLEAR if fit.name else _UNNAMED).format(name, what)
    if fit.share < 0.5 and fit.cells and not (other and other.certain):
        yield _HARDLY.format(name, what)


def _strange(fit: Fit, shown: Sequence[str], what: str) -> Iterator[str]:
    if fit.somebody_else:
        yield _SOMEBODY_ELSE.format(shown[fit.column], what)
    if fit.repeats and fit.share >= 0.5:
        yield _REPEATS.format(shown[fit.column])


def _more(fits: list[Fit], first: Fit | None, ranks: Sequence[int]) -> tuple[int, ...]:
    """Further columns that are the guests' own by their very names, by how well they fit."""
    good = (fit for fit in fits if fit.share >= 0.5 and ranks[fit.column] > UNCLEAR and not fit.strange)
    return tuple(fit.column for fit in good if fit is not first)[: MOST_COLUMNS - 1] if first else ()


def _shown(cells: list[str], width: int) -> tuple[str, ...]:
    """The names in the header, else the letters of the columns."""
    written = [cell.strip()[:120] for cell in cells[:WIDEST]] or [""] * width
    return tuple(name or f"Column {column_letter(at)}" for at, name in enumerate(written))


def _doubts_of_mixed(doubts: list[str], name: str, share: float) -> list[str]:
    """Of a column that holds both kinds: how many of its cells are either counts, not how many are one of them."""
    hardly = [_HARDLY.format(name, what) for what in ("email addresses", "phone numbers")]
    left = [doubt for doubt in doubts if doubt not in hardly]
    return left if share >= 0.5 else [*left, _HARDLY.format(name, "guests")]


def _mixed(guests: Sequence[list[str]], at: int, country: str) -> float:
    """Which share of a column of both emails and phones is either; 0 if it is one kind alone."""
    cells = column_cells(guests, at)
    shares = email_share(cells), phone_share(cells, country)
    return sum(shares) if all(shares) else 0
