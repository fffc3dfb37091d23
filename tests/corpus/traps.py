"""Files that are easily read wrongly, by kind: somebody in each is no guest, or is a guest only if one looks twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.corpus.files import Listed, as_text, as_xlsx, listed
from tests.corpus.people import Person, people

Rows = list[list[str]]
STAFF = ("rep.one@example.com", "rep.two@example.com")
STORES = ("(202) 555-0199", "(202) 555-0198")


def guests(count: int = 24, *, seed: int = 1, country: str = "US") -> list[Person]:
    return people("en", count, country=country, seed=seed)


def somebody_elses_column() -> Iterator[Listed]:
    """A column of few addresses or phones: owners, shops, whoever changed the row; beside the guests' own."""
    names = ("Account Owner Email", "Sales rep", "Updated by", "Referrer email", "Created By Email", "Store email",
             "Manager e-mail", "Agent email", "Assigned to", "Server email", "Contact owner email",
             "Lead owner")  # fmt: skip
    for at, name in enumerate(names):
        some = guests(seed=at)
        for first in (True, False):
            rows = [
                [STAFF[i % 2], person.name, person.phone] if first else [person.phone, person.name, STAFF[i % 2]]
                for i, person in enumerate(some)
            ]
            header = [name, "Name", "Phone"] if first else ["Phone", "Name", name]
            people_in = [person.e164 for person in some]
            yield listed(
                f"owner {name} {first}.csv", as_text([header, *rows]), people_in, kind="somebody else's column"
            )


def shop_phones() -> Iterator[Listed]:
    """Guests without an email are nobody to reward: the phone beside them is the shop's."""
    names = ("Store Phone", "Location phone", "Branch telephone", "Restaurant phone", "Office phone", "Store #")
    for at, name in enumerate(names):
        some = guests(seed=40 + at)
        rows = [
            [person.name, person.email if i % 4 else "", STORES[i % 2]] for i, person in enumerate(some)
        ]  # fmt: skip
        with_email = [person.email for i, person in enumerate(some) if i % 4]
        content = as_text([["Name", "Email", name], *rows])
        yield listed(f"shop {name}.csv", content, with_email, kind="somebody else's column")


def numbers_like_phones() -> Iterator[Listed]:
    """Digits that pass for phones: addresses of machines, orders, cards, places on a map, prices, ZIP+4."""
    shapes: dict[str, Callable[[int], str]] = {
        "Email opt-in IP": lambda at: f"203.45.67.{124 + at}",
        "Mobile app IP address": lambda at: f"202.55.50.{100 + at}",
        "Order number": lambda at: f"20255501{at:02d}",
        "Loyalty no": lambda at: f"312555{1000 + at}",
        "Card": lambda at: f"415-555-01{at:02d}",
        "Coordinates": lambda at: f"40.7128{at:02d}, -74.0060{at:02d}",
        "ZIP": lambda at: f"20255-50{at:02d}",
        "Phone order ref": lambda at: f"20255502{at:02d}",
        "Mobile orders total": lambda at: f"2025.55{1000 + at}",
        "Created": lambda at: f"2026-11-28 12:{at:02d}:05",
        "Ref": lambda at: f"(202) 5550-1{at:02d}",
        "Check": lambda at: f"2128{at:06d}",
    }
    for seed, (name, write) in enumerate(shapes.items()):
        some = guests(seed=60 + seed)
        rows = [[person.email if i % 3 else "", write(i), person.name] for i, person in enumerate(some)]
        mails = [person.email for i, person in enumerate(some) if i % 3]
        yield listed(f"number {name}.csv", as_text([["Email", name, "Name"], *rows]), mails, kind="looks like a phone")
        only = [[person.name, write(i)] for i, person in enumerate(some)]
        yield listed(f"only number {name}.csv", as_text([["Name", name], *only]), [], kind="looks like a phone")


def above_and_below() -> Iterator[Listed]:
    """Titles, notes and totals around the table, some of them with an address of whoever made the export."""
    above: dict[str, Rows] = {
        "prepared by": [["Guest export"], ["Prepared by", "owner@example.com"], []],
        "contact": [["Harbor Grill, call (202) 555-0199 or write to owner@example.com"], [""]],
        "title": [["Report for owner@example.com", "", "2026-11-28"], []],
        "comment": [["# exported by owner@example.com on 2026-11-28"]],
        "fields": [["Location", "Harbor Grill"], ["Email", "owner@example.com"], ["Phone", "(202) 555-0199"], []],
        "merged": [["", "Guest", "", "Visit"], []],
    }
    below: dict[str, Rows] = {
        "totals": [["Total", "24", "", ""]],
        "footer": [[], ["Questions? Write to owner@example.com"]],
        "signature": [["Exported by", "owner@example.com", "", ""]],
        "none": [],
    }
    number = 0
    for top, lines_above in {**above, "none": []}.items():
        for bottom, lines_below in below.items():
            some = guests(12, seed=100 + number)
            number += 1
            table = [["Name", "Email", "Phone", "Visits"], *([p.name, p.email, p.phone, "3"] for p in some)]
            rows = [*lines_above, *table, *lines_below]
            mails = [person.email for person in some]
            easy = bottom == "none" and top in ("none", "merged", "comment")
            yield listed(f"{top} and {bottom}.csv", as_text(rows), mails, kind="where the table starts", plain=easy)
            yield listed(f"{top} and {bottom}.xlsx", as_xlsx(rows), mails, kind="where the table starts", plain=easy)


def headers_with_examples() -> Iterator[Listed]:
    for at, name in enumerate(
        ("Email (e.g. name@example.com)", "Email, like owner@example.com", "E-mail: you@example.com")
    ):
        some = guests(8, seed=200 + at)
        rows = [[name, "Name"], *([person.email, person.name] for person in some)]
        yield listed(
            f"example {at}.csv", as_text(rows), (p.email for p in some), kind="where the table starts", plain=True
        )
        rows = [["Name", name, "Phone (e.g. 202-555-0199)"], *([p.name, p.email, p.phone] for p in some)]
        yield listed(
            f"examples {at}.csv", as_text(rows), (p.email for p in some), kind="where the table starts", plain=True
        )


def two_line_headers() -> Iterator[Listed]:
    for at, (upper, lower) in enumerate(
        (
            (["Guest", "Guest", "Visit"], ["Name", "Email", "Count"]),
            (["Name", "Contact", ""], ["", "Email", "Visits"]),
            (["", "E-mail", "Mobile"], ["(full name)", "(required)", "(optional)"]),
        )
    ):
        some = guests(10, seed=220 + at)
        last = [p.phone if at == 2 else "4" for p in some]
        rows = [upper, lower, *([p.name, p.email, end] for p, end in zip(some, last, strict=True))]
        yield listed(f"two lines {at}.csv", as_text(rows), (p.email for p in some), kind="where the table starts")


def out_of_sight() -> Iterator[Listed]:
    some, others = guests(10, seed=240), guests(5, seed=900)
    table = [["Name", "Email"], *([p.name, p.email] for p in some)]
    old = [["Name", "Email"], *([p.name, p.email] for p in others)]
    mails = [p.email for p in some]
    for state in ("hidden", "veryHidden"):
        content = as_xlsx(table, more_sheets=[("Old", old, state)])
        yield listed(f"sheet {state}.xlsx", content, mails, kind="out of sight", plain=True)
    for hidden in ({3}, {4, 5, 6}, {11}):
        shown = [mail for at, mail in enumerate(mails) if at + 2 not in hidden]
        yield listed(f"rows {min(hidden)}.xlsx", as_xlsx(table, hidden_rows=hidden), shown, kind="out of sight")


def countries() -> Iterator[Listed]:
    british, american = people("en", 6, country="GB", seed=260), guests(6, seed=261)
    mixed = [pair for both in zip(american, british, strict=True) for pair in ((both[0], "US"), (both[1], "GB"))]
    spelled = {
        "Country": {"US": "US", "GB": "GB"},
        "Country code": {"US": "USA", "GB": "GBR"},
        "Country name": {"US": "United States", "GB": "United Kingdom"},
        "Calling code": {"US": "+1", "GB": "+44"},
        "Dial code": {"US": "1", "GB": "44"},
        "Flag": {"US": "🇺🇸", "GB": "🇬🇧"},
    }
    for name, values in spelled.items():
        rows = [["Name", name, "Phone"], *([p.name, values[code], p.phone] for p, code in mixed)]
        yield listed(f"country {name}.csv", as_text(rows), (p.e164 for p, _ in mixed), kind="which country")
    trunk = [[p.name, p.phone.lstrip("0")] for p in british]
    yield listed("british without zero.csv", as_text([["Name", "Phone"], *trunk]), (p.e164 for p in british),
                 kind="which country")  # fmt: skip
    for prefix in ("00", "011 ", "+"):
        rows = [["Name", "Phone"], *([p.name, prefix + p.e164[1:]] for p in british)]
        content = as_text(rows)
        yield listed(
            f"prefix {prefix}.csv", content, (p.e164 for p in british), kind="which country", plain=prefix == "+"
        )


def phones_of_another_country() -> Iterator[Listed]:
    """All phones are from elsewhere, or good in two countries: who they belong to is for a person to say."""
    for at, (home, there) in enumerate(
        (
            ("US", "GB"), ("US", "FR"), ("US", "DE"), ("US", "ES"), ("US", "AU"), ("US", "JP"), ("GB", "US"),
            ("GB", "FR"), ("GB", "AU"), ("DE", "US"), ("DE", "GB"), ("DE", "FR"), ("DE", "ES"), ("FR", "US"),
            ("FR", "GB"), ("AU", "GB"), ("AU", "US"), ("ES", "FR"), ("IT", "US"), ("JP", "US"),
        )
    ):  # fmt: skip
        some = people("en", 18, country=there, seed=400 + at)
        rows = [["Name", "Phone"], *([p.name, p.phone] for p in some)]
        everybody = [p.e164 for p in some]
        yield listed(f"{there} in {home}.csv", as_text(rows), everybody, kind="which country", country=home)
        rows = [["Name", "Phone"], *([p.name, p.e164 if i % 3 else p.phone] for i, p in enumerate(some))]
        yield listed(f"half {there} in {home}.csv", as_text(rows), everybody, kind="which country", country=home)


def plain_countries() -> Iterator[Listed]:
    """Lists of one country, as spreadsheets leave them: nothing speaks against the merchant's own."""
    for at, home in enumerate(("US", "GB", "DE", "FR", "ES", "IT", "PT", "NL", "SE", "JP", "PL", "AU")):
        some = people("en", 24, country=home, seed=500 + at)
        without = [["Name", "Phone"], *([p.name, p.phone.lstrip("0").replace(" ", "")] for p in some)]
        strangers = people("en", 24, country="US" if home != "US" else "GB", seed=520 + at)
        mixed = [
            ["Name", "Phone"],
            *([p.name, strangers[i].e164 if i % 6 == 5 else p.phone] for i, p in enumerate(some)),
        ]
        own = [p.e164 for p in some]
        both = [strangers[i].e164 if i % 6 == 5 else number for i, number in enumerate(own)]
        facts = {"plain": True, "country": home, "kind": "which country"}
        yield listed(f"without zero in {home}.csv", as_text(without), own, **facts)
        yield listed(f"with strangers in {home}.csv", as_text(mixed), both, **facts)


def several_in_a_cell() -> Iterator[Listed]:
    for at, joint in enumerate((" ; ", ",", " / ", " ::: ", " or ", "\n", " & ", " | ")):
        some = guests(12, seed=280 + at)
        rows = [["Name", "Phone"]]
        rows += [
            [p.name, f"{p.phone}{joint}{some[i - 1].phone}" if i % 4 == 3 else p.phone] for i, p in enumerate(some)
        ]
        single = [p.e164 for i, p in enumerate(some) if i % 4 != 3]
        yield listed(f"two phones {at}.csv", as_text(rows), single, kind="several in a cell", plain=True)
        rows = [["Name", "Email"]]
        rows += [
            [p.name, f"{p.email}{joint}other{i}@example.org" if i % 4 == 3 else p.email] for i, p in enumerate(some)
        ]
        single = [p.email for i, p in enumerate(some) if i % 4 != 3]
        yield listed(f"two emails {at}.csv", as_text(rows), single, kind="several in a cell", plain=True)


def own_output() -> Iterator[Listed]:
    """Masked guests are nobody."""
    for at, mask in enumerate(
        ("a•••@example.com", "b***@example.com", "c…@example.com", "d***@***", "e****@e****.com")
    ):
        some = guests(6, seed=300 + at)
        rows = [
            ["Email", "Name"],
            *([mask.replace("@", f"{i}@") if i % 2 else p.email, p.name] for i, p in enumerate(some)),
        ]
        yield listed(
            f"masked {at}.csv", as_text(rows), (p.email for i, p in enumerate(some) if not i % 2), kind="masked"
        )
    some = guests(6, seed=310)
    rows = [["Phone", "Name"], *(["••• •• 0123" if i % 2 else p.phone, p.name] for i, p in enumerate(some))]
    yield listed("masked phones.csv", as_text(rows), (p.e164 for i, p in enumerate(some) if not i % 2), kind="masked")


def letters_that_look_alike() -> Iterator[Listed]:
    changes = {"full-width": ("@", "＠"), "zero width": ("@", "\u200b@"), "dash": ("-", "–"), "nbsp": ("@", "\u00a0@")}
    for at, (name, (plain, written)) in enumerate(changes.items()):
        some = guests(8, seed=320 + at)
        rows = [["Email"], *([p.email.replace(plain, written)] if i % 2 else [p.email] for i, p in enumerate(some))]
        yield listed(f"letters {name}.csv", as_text(rows), (p.email for p in some), kind="letters")
    rows = [["Email"], ["ann@exаmple.com"], ["bob@example.com"]]
    yield listed("homoglyph.csv", as_text(rows), ["bob@example.com"], kind="letters")


def several_columns() -> Iterator[Listed]:
    """The second column helps where the first one is empty; it never replaces it."""
    for at, (first, second) in enumerate(
        (("Email", "Secondary email"), ("Email 1", "Email 2"), ("Work email", "Home email"))
    ):
        some, spare = guests(10, seed=340 + at), guests(10, seed=360 + at)
        rows = [[first, second, "Name"]]
        rows += [["" if i % 3 == 1 else p.email, spare[i].email, p.name] for i, p in enumerate(some)]
        mails = [spare[i].email if i % 3 == 1 else p.email for i, p in enumerate(some)]
        yield listed(f"second {second}.csv", as_text(rows), mails, kind="several columns")


def left_out() -> Iterator[Listed]:
    """A sign before an address takes its line out of the list."""
    for at, sign in enumerate(("#", "//", "--", "-", "~", "!", "# ", "x ")):
        some = guests(8, seed=380 + at)
        rows = [[p.name, sign + p.email if i == 3 else p.email] for i, p in enumerate(some)]
        kept = [p.email for i, p in enumerate(some) if i != 3]
        yield listed(f"left out {at}.csv", as_text([["Name", "Email"], *rows]), kept, kind="left out", plain=True)


def words_beside_numbers() -> Iterator[Listed]:
    """A phone that stands beside words is one; a number of something else, or half a number and a name, is nobody's."""
    notes = ("{} cell", "{} (work)", "Mobile: {}", "{}, VIP", "{} - Mom")
    for at, other in enumerate(
        ("Order 3125550123", "Ticket #2125550123", "415-2671 Mom", "312-5550 BOB", "ask Bo 2125550123")
    ):
        some = guests(8, seed=390 + at)
        rows = [[p.name, other if i == 3 else notes[i % 5].format(p.phone)] for i, p in enumerate(some)]
        phones = [p.e164 for i, p in enumerate(some) if i != 3]
        yield listed(
            f"words {at}.csv", as_text([["Name", "Phone"], *rows]), phones, kind="words beside numbers", plain=True
        )
    german = ("030 123456 u. 654321", "030 123456 (654321)", "030 1234 0171 123", "2x 030 123456", "Whg. 3 030 123456")
    for at, other in enumerate(german):
        some = guests(8, seed=400 + at, country="DE")
        rows = [[p.name, other if i == 3 else f"{p.phone} privat"] for i, p in enumerate(some)]
        phones = [p.e164 for i, p in enumerate(some) if i != 3]
        content = as_text([["Name", "Telefon"], *rows])
        yield listed(f"words DE {at}.csv", content, phones, kind="words beside numbers", country="DE", plain=True)


def called_like_notes() -> Iterator[Listed]:
    """Guests whose names begin as a line of totals or a note does."""
    for at, name in enumerate(("Total Wine Party", "Summe, Jörg", "Run for Hope", "Source, Ann")):
        some = guests(6, seed=410 + at)
        rows = [[name if i == 2 else p.name, p.email, p.phone, "2"] for i, p in enumerate(some)]
        content = as_text([["Name", "Email", "Phone", "Visits"], *rows, ["Total", "", "", "12"]])
        yield listed(f"called {name}.csv", content, (p.email for p in some), kind="called like notes", plain=True)


def unclear_countries() -> Iterator[Listed]:
    """What a column of countries says is read; what says nothing decides nothing; phones go before addresses."""
    cells = {
        "Country": ("United States (+1)", "N/A", "-", "1.0", "USA - CA"), "Flag": ("Yes", "IN", "late"),
        "Country,Phone country": ("Germany,US",), "Land,Landesvorwahl": ("Deutschland,+1",),
    }  # fmt: skip
    for header, values in cells.items():
        for at, value in enumerate(values):
            some = guests(6, seed=420 + at)
            rows = [[p.name, *value.split(","), p.phone] for p in some]
            content = as_text([["Name", *header.split(","), "Phone"], *rows])
            yield listed(
                f"countries {header} {value}.csv", content, (p.e164 for p in some), kind="which country", plain=True
            )


def short_lists_of_another_country() -> Iterator[Listed]:
    """Good at home, but written as nobody writes them there."""
    shapes = {
        ("DE", "FR"): "06 12 34 {:02} 20", ("DE", "AT"): "0664 12341{:02}", ("DE", "GB"): "07911 1210{:02}",
        ("DE", "US"): "(202) 555-01{:02}", ("DE", "CH"): "079 1{:02} 45 60", ("IT", "GB"): "020 7946 01{:02}",
        ("US", "MX"): "81 23{:02} 6789", ("US", "CN"): "131 23{:02} 6789", ("US", "IN"): "702{:02} 56789",
    }  # fmt: skip
    for (home, there), shape in shapes.items():
        for count in (1, 2, 5):
            rows = [[f"Guest {at}", shape.format(at + 20)] for at in range(count)]
            content = as_text([["Name", "Phone"], *rows])
            facts = {"kind": "which country", "country": home}
            yield listed(f"{count} written as in {there} in {home}.csv", content, [], **facts)


def links() -> Iterator[Listed]:
    some = guests(6, seed=440)
    rows = [[p.name, f'=HYPERLINK("mailto:{p.email}","{p.email}")'] for p in some]
    yield listed("links.csv", as_text([["Name", "Email"], *rows]), (p.email for p in some), kind="links", plain=True)


KINDS = (
    somebody_elses_column, shop_phones, numbers_like_phones, above_and_below, headers_with_examples, two_line_headers,
    out_of_sight, countries, phones_of_another_country, plain_countries, several_in_a_cell, own_output,
    letters_that_look_alike, several_columns, left_out, words_beside_numbers, called_like_notes, unclear_countries,
    short_lists_of_another_country, links,
)  # fmt: skip


def traps() -> Iterator[Listed]:
    for kind in KINDS:
        yield from kind()
