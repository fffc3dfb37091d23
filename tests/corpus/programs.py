"""Exports as programs and people shape them: reports between titles and sums, forms, signs that databases escape, a
second table far below, and headers in capitals of many languages."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.files import Listed, Row, as_text, as_xlsx, listed
from tests.corpus.people import Person, people

STAFF = [f"staff{at}@example.org" for at in range(8)]
MANY = 450  # guests: more rows than those that decide about the columns
CAPITALS = {"ES": "TELÉFONO MÓVIL", "FR": "TÉLÉPHONE", "PL": "TELEFON KOMÓRKOWY", "SE": "TELEFONNR",
            "DE": "HANDYNR"}  # fmt: skip
EMAILS = ("E-posta adresi", "Διεύθυνση email", "이메일 주소", "Эл. почта", "E-mail cím", "電郵", "CORREO ELECTRÓNICO",
          "Person - Email - Work")  # fmt: skip
OLD = {"cp1253": "Τηλέφωνο", "cp1254": "Telefon numarası", "cp1255": "טלפון", "cp874": "เบอร์โทร", "big5": "手機"}
USERS = ("Invitee Phone", "Guest cell", "Customer mobile")
SECOND = ("Guest 2 email", "Second guest email", "Customer 2 email", "Zweiter Gast E-Mail")
NO_PLUS = {"DE": "4915112345{:03}", "ID": "628123132{:03}", "FR": "33612345{:03}", "IT": "393471234{:03}"}


def some(seed: int, count: int = 12, country: str = "US") -> list[Person]:
    return people("en", count, country=country, seed=seed)


def reports() -> Iterator[Listed]:
    """Titles with an address above, owners beside the guests, sums and notes below."""
    above = [["Reservations"], [f"Run by: {STAFF[0]}"], ["Questions? Write to help@example.org"], []]
    below = [[], ["Total records (12)"], ["Confidential, do not distribute. legal@example.org"]]
    header = ["Name", "Guest Phone", "Guest Email", "Created by"]
    for count in (2, 4, 12):
        guests = some(900 + count, count)
        rows = [[one.name, one.phone, one.email, STAFF[at % 3]] for at, one in enumerate(guests)]
        for delimiter in ",;|":
            content = as_text([*above, header, *rows, *below], delimiter=delimiter)
            mails = [one.email for one in guests]
            yield listed(f"report of {count} with {delimiter}.csv", content, mails, kind="reports")


def users() -> Iterator[Listed]:
    """The user of a program is who takes the bookings, where the guest has a name of their own."""
    for at, name in enumerate(USERS):
        guests = some(920 + at, 8)
        rows = [[STAFF[number], one.name, one.phone] for number, one in enumerate(guests)]
        content = as_text([["User Email", "Name", name], *rows])
        yield listed(f"users and {name}.csv", content, [one.e164 for one in guests], kind="users")


def second_guests() -> Iterator[Listed]:
    for at, name in enumerate(SECOND):
        guests, others = some(930 + at), some(940 + at)
        first = name.replace("2", "1").replace("Second guest", "Guest").replace("Zweiter Gast ", "")
        rows = [[one.email, other.email] for one, other in zip(guests, others, strict=True)]
        both = [one.email for one in [*guests, *others]]
        yield listed(f"{name}.csv", as_text([[first, name], *rows]), both, kind="two guests in a row")


def later_tables() -> Iterator[Listed]:
    """Staff below hundreds of guests, in a text and in a workbook; and pages that repeat the header."""
    guests, staff = some(950, MANY), some(951, 3, "GB")
    header = ["Name", "Email", "Phone"]
    rows, theirs = ([[one.name, one.email, one.phone] for one in group] for group in (guests, staff))
    mails = [one.email for one in guests]
    titles: dict[str, list[Row]] = {
        "header": [["Employee", "E-mail", "Mobile"]],
        "blank and title": [[], ["Staff"]],
        "the same header": [[], header],
    }
    for name, title in titles.items():
        table = [header, *rows, *title, *theirs]
        yield listed(f"far below, {name}.csv", as_text(table), mails, kind="a later table")
        yield listed(f"far below, {name}.xlsx", as_xlsx(table), mails, kind="a later table")
    called = [["Guest", "no email", ""] if at % 40 == 0 else row for at, row in enumerate(rows)]
    known = [one.email for at, one in enumerate(guests) if at % 40]
    yield listed("walk-ins.csv", as_text([["Guest", "Email", "Contact by"], *called]), known, kind="a later table")


def escaped_quotes() -> Iterator[Listed]:
    for count in (12, MANY):
        guests = some(960, count)
        lines = [f'"{one.first} \\"Bo\\" {one.last}","{one.email}","so \\"fine\\", he says"' for one in guests]
        plain = [f"{one.name},{one.email}," for one in guests]
        for name, rows in {"everywhere": lines, "at the end": [*plain[:-2], *lines[-2:]]}.items():
            content = "\r\n".join(["Name,Email,Note", *rows, ""])
            facts = {"plain": True, "kind": "escaped quotes"}
            yield listed(f"{count} escaped {name}.csv", content, [one.email for one in guests], **facts)


def headers() -> Iterator[Listed]:
    facts = {"plain": True, "kind": "headers"}
    for country, name in CAPITALS.items():
        guests = some(970, country=country)
        rows = [["NAME", name], *([one.name, one.phone] for one in guests)]
        yield listed(f"{name}.csv", as_text(rows), [one.e164 for one in guests], country=country, **facts)
    for name in EMAILS:
        rows = [[name, "City"], *([one.email, "Austin"] for one in some(971))]
        yield listed(f"{name}.csv", as_text(rows), [one.email for one in some(971)], **facts)
    for encoding, name in OLD.items():
        rows = [[name], *([one.phone] for one in some(972))]
        yield listed(f"{encoding}.csv", as_text(rows, encoding=encoding), [one.e164 for one in some(972)], **facts)


def without_plus() -> Iterator[Listed]:
    """Programs leave out the plus: what follows the country's own code is a mobile phone."""
    for country, shape in NO_PLUS.items():
        numbers = [shape.format(100 + 7 * at) for at in range(9)]
        for suffix in ("", ".0"):
            rows = [["Name", "Mobile"], *([f"Guest {at}", f"{one}{suffix}"] for at, one in enumerate(numbers))]
            facts = {"country": country, "kind": "without a plus"}
            yield listed(f"{country} {suffix}.csv", as_text(rows), [f"+{one}" for one in numbers], **facts)


def programs() -> Iterator[Listed]:
    for kind in (reports, users, second_guests, later_tables, escaped_quotes, headers, without_plus):
        yield from kind()
