"""Which columns are taken for emails and phones, and why, in a sentence for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from issuance.parsing.column_choice import ColumnContent, Columns
from issuance.parsing.column_names import UNCLEAR, email_rank, phone_rank, plain_name


def reasons_of(columns: Columns, contents: Sequence[ColumnContent]) -> Iterator[str]:
    """A sentence for each kind of identifier that is read; `contents` are those of all columns."""
    for at, what, name_says in (
        (columns.email, "email", email_rank),
        (columns.phone, "phone", phone_rank),
    ):
        if at is not None and at < len(contents):
            content = contents[at]
            share = content.email if what == "email" else content.phone
            rank = name_says(plain_name(content.name))
            yield f"{what.capitalize()}s from “{content.name}”: {_why(rank, share, what)}."


def further_columns(columns: Columns) -> Iterator[str]:
    """A sentence for each kind of identifier that is looked for in more than one column."""
    for first, more in ((columns.email, columns.more_emails), (columns.phone, columns.more_phones)):
        if first is not None and more:
            names = ", then ".join(f"“{columns.name_of(at)}”" for at in more)
            yield f"Where “{columns.name_of(first)}” is empty, {names} is taken."


def _why(rank: int, share: float, what: str) -> str:
    cells = f"{int(round(100 * share, 6))}% of its first cells are {what}s"
    if not rank:
        return f"its name doesn’t say so, but {cells}" if share else "nothing fits better"
    says = "its name says so" if rank > UNCLEAR else "its name may say so"
    return f"{says}, and {cells}" if share >= 0.5 else f"{says}, although only {cells}"
