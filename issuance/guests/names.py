"""What guests are called: the columns of names that a file has beside emails and phones."""

from __future__ import annotations

from collections.abc import Sequence

from issuance.models import GuestList

WHOLE = ("name", "full name", "fullname", "guest name", "customer name", "guest", "customer")
PARTS = (
    ("first name", "firstname", "first", "given name", "forename"),
    ("last name", "lastname", "last", "surname", "family name"),
)


def name_columns(guest_list: GuestList) -> list[int]:
    """The columns to read a name from, from 0: one of whole names, or first and last name; empty without any."""
    own = {guest_list.file_info.get("email"), guest_list.file_info.get("phone")}
    names = [" ".join(str(name).lower().replace("_", " ").split()) for name in guest_list.file_info.get("names") or []]
    at = {name: column for column, name in reversed([*enumerate(names)]) if column not in own}
    parts = [at[word] for words in PARTS for word in words if word in at]
    whole = [at[word] for word in WHOLE if word in at]
    return parts[:2] if parts else whole[:1]


def name_in(cells: Sequence[str], columns: Sequence[int]) -> str:
    return " ".join(cells[column].strip() for column in columns if column < len(cells)).strip()
