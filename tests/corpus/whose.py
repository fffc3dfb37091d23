"""Whose column it is, and where the table stands: names in many languages over columns of guests and of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.corpus.files import Listed, as_text, as_xlsx, listed
from tests.corpus.people import Person, people

OTHERS = [f"pro{at}@example.org" for at in range(4)]
THEIR_PHONES = [f"(202) 555-018{at}" for at in range(4)]
PHONE_NAMES = {  # country: what its programs call the guest's phone
    "US": ("PhoneNumber", "MobilePhone", "Ph No", "Contact No.", "WhatsApp Number", "Cellphone number", "Text number",
           "Primary number", "Phone#", "Guest phone (store signup)", "Attendee Mobile #"),
    "DE": ("Tel.-Nr.", "Handy-Nr.", "Mobiltelefonnummer", "Telefon (mobil)", "Kontakt"),
    "FR": ("Tél. portable", "N° de téléphone", "Numéro de portable", "Coordonnées"),
    "ES": ("Tfno.", "Tel. móvil", "Nº de móvil", "Número"),
    "IT": ("Cell.", "Numero di cellulare", "Recapito telefonico"),
    "PT": ("Nº Telemóvel", "Telefone/Telemóvel", "Contacto"), "NL": ("Mobiel nummer", "Telefoonnr.", "GSM"),
    "PL": ("Numer telefonu", "Nr telefonu", "Telefon komórkowy"), "SE": ("Mobilnr", "Telefonnr"),
    "JP": ("携帯電話番号", "お電話番号", "ご連絡先電話番号"), "GB": ("Mobile no.", "Telephone No.", "Tel (mobile)"),
}  # fmt: skip
NAMES_OF_OTHERS = (
    "Driver", "Concierge", "Organizer", "Captain", "Recommended through", "Kellner E-Mail", "Angelegt von",
    "Creado por", "Créé par", "Creato da", "Opgesteld door", "Polecony przez", "担当者メール", "店舗メール", "Официант",
    "المدير", "Email of the friend you'd like to invite", "Account contact",
)  # fmt: skip
OTHER_EMAILS = ("Billing email", "Concierge", "Hotel", "Mother email", "Old email", "Correo del restaurante")
OTHER_PHONES = (
    "Driver phone",
    "Wife cell",
    "Fax phone",
    "Livreur téléphone",
    "Restauracja telefon",
    "Front desk phone",
)
OTHER_NUMBERS = ("Phone ID", "Mobile Order ID", "Cell account", "Phone invoice", "Telephone booking code", "Member No.",
                 "Cust. No.", "Kd.-Nr.", "N. tessera", "Booking no.")  # fmt: skip
FOOTERS = ("Manager on duty", "Approved by", "Signed", "Support", "Verantwortlich", "Responsable", "Compilato da",
           "Wygenerował", "作成者", "Составил", "Harbor Grill", "Store manager:")  # fmt: skip


def some(seed: int, count: int = 8, country: str = "US") -> list[Person]:
    return people("en", count, country=country, seed=seed)


def mails(guests: Sequence[Person]) -> list[str]:
    return [person.email for person in guests]


def phones(guests: Sequence[Person]) -> list[str]:
    return [person.e164 for person in guests]


def names_of_phones() -> Iterator[Listed]:
    for country, names in PHONE_NAMES.items():
        for at, name in enumerate(names):
            guests, facts = some(700 + at, country=country), {"plain": True, "country": country, "kind": "names"}
            rows = [["Name", name], *([person.name, person.phone] for person in guests)]
            yield listed(f"{name} in {country}.csv", as_text(rows), phones(guests), **facts)
            rows = [[name, "Name", "Email"], *([person.phone, person.name, person.email] for person in guests)]
            yield listed(f"{name} beside email in {country}.csv", as_text(rows), mails(guests), **facts)


def names_of_others() -> Iterator[Listed]:
    for at, name in enumerate(NAMES_OF_OTHERS):
        guests = some(730 + at)
        rows = [["Guest", "Phone", name], *([p.name, p.phone, OTHERS[i % 4]] for i, p in enumerate(guests))]
        yield listed(f"phone beside {at}.csv", as_text(rows), phones(guests), kind="names")
        yield listed(f"one row of {at}.csv", as_text([row[::2] for row in rows[:2]]), [], kind="names")
    for at, name in enumerate(("Referrer", "Account owner", "Assigned to", "Sales rep")):
        rows = [["Guest", name], *([p.name, (OTHERS + THEIR_PHONES)[i]] for i, p in enumerate(some(750 + at)))]
        yield listed(f"mixed {name}.csv", as_text(rows), [], kind="names")


def gaps() -> Iterator[Listed]:
    """Somebody else's column never stands in for the guest's own."""
    for at, name in enumerate((*OTHER_EMAILS, *OTHER_PHONES)):
        guests = some(760 + at)
        with_email, theirs = guests[:3] + guests[4:], THEIR_PHONES if name in OTHER_PHONES else OTHERS
        rows = [[p.name, p.email if p in with_email else "", theirs[i % 4]] for i, p in enumerate(guests)]
        yield listed(
            f"gap {name}.csv", as_text([["Name", "Email", name], *rows]), mails(with_email), kind="gaps", plain=True
        )


def numbers() -> Iterator[Listed]:
    for at, name in enumerate(OTHER_NUMBERS):
        guests = some(780 + at)
        rows = [[p.name, p.email, q.e164[2:]] for p, q in zip(guests, some(880 + at), strict=True)]
        content = as_text([["Name", "Email", name], *rows])
        yield listed(f"{name} beside.csv", content, mails(guests), kind="numbers", plain=True)
        yield listed(f"{name} only.csv", as_text([["Name", name], *(row[::2] for row in rows)]), [], kind="numbers")
    plain = {"NIF": "21234567{}", "P.IVA": "0234567890{}", "Kundennummer": "3001234{}", "会員番号": "031234567{}",
             "Confirmation": "212555014{}", "Phone": "N/A", "Mobile": "Yes", "Cell": "0", "SMS": "Subscribed",
             "WhatsApp": "-"}  # fmt: skip
    for at, (name, cell) in enumerate(plain.items()):
        guests = some(800 + at)
        rows = [["Name", "Email", name], *([p.name, p.email, cell.format(i)] for i, p in enumerate(guests))]
        yield listed(f"nothing in {name}.csv", as_text(rows), mails(guests), kind="numbers", plain=True)


def lines_around() -> Iterator[Listed]:
    for at, label in enumerate(FOOTERS):
        guests = some(820 + at)
        table = [["Name", "Email", "Phone", "Visits"], *([p.name, p.email, p.phone, "2"] for p in guests)]
        content = as_text([*table, [label, "boss@example.org", "", ""]])
        yield listed(f"below {at}.csv", content, mails(guests), kind="around the table")
    for at, line in enumerate(("Harbor Grill (202) 555-0199", "Call us: (202) 555-0199", "Fax (202) 555-0199")):
        guests = some(840 + at)
        numbers_alone = [[person.phone] for person in guests]
        yield listed(
            f"phones below {at}.csv", as_text([["Phone"], *numbers_alone, [line]]), phones(guests), kind="around"
        )
        yield listed(f"phones above {at}.csv", as_text([[line], *numbers_alone]), phones(guests), kind="around")
    for at, label in enumerate(("Manager", "Von", "Account", "Restaurant")):
        guests = some(850 + at)
        rows = [[p.name, p.email] for p in guests]
        line = [label, "boss@example.org"]
        yield listed(f"above {label}.csv", as_text([line, *rows]), mails(guests), kind="around the table")
        content = as_text([line, [], ["Wer", "Wohin"], *rows])
        yield listed(f"above unknown {label}.csv", content, mails(guests), kind="around the table")
    for at, name in enumerate(("Total Wine Party", "Source, Ann", "Summe, Jörg", "Page 2 Team")):
        guests = [person._replace(name=name) if i == 2 else person for i, person in enumerate(some(860 + at))]
        rows = [["Name", "Email", "Phone", "Visits"], *([p.name, p.email, p.phone, "2"] for p in guests)]
        yield listed(f"named {name}.csv", as_text(rows), mails(guests), kind="around the table", plain=True)


def several_tables() -> Iterator[Listed]:
    guests, staff = some(900, 5), [["Sid", "sid@example.org"], ["Sue", "sue@example.org"]]
    table = [["Name", "Email"], *([p.name, p.email] for p in guests)]
    everybody = mails(guests)
    below = {"titled": [[], ["Staff on duty"], ["Name", "Email"]], "untitled": [[], ["Name", "Email"]],
             "without header": [["Managers", ""]], "after a blank line": [[], ["Crew"]]}  # fmt: skip
    for name, lines in below.items():
        for write, suffix in ((as_text, "csv"), (as_xlsx, "xlsx")):
            yield listed(f"staff {name}.{suffix}", write([*table, *lines, *staff]), everybody, kind="several tables")
    wider = [["Name", "Email", "Phone", "Visits"], *([p.name, p.email, p.phone, "2"] for p in some(901, 4))]
    both = [*everybody, *mails(some(901, 4))]
    yield listed("narrow first.csv", as_text([*table, ["(5 guests)"], [], *wider]), both, kind="several tables")
    for name in ("Courier email", "Email"):
        pairs = [[*row, "", "Sid", OTHERS[at % 4]] for at, row in enumerate(table[1:4])]
        rows = [["Name", "Email", "", "Courier", name], *pairs, ["", "", "", "Sue", OTHERS[3]]]
        yield listed(f"side by side {name}.csv", as_text(rows), everybody[:3], kind="several tables")


def other_shapes() -> Iterator[Listed]:
    guests = some(910, 5)
    first = guests[0]
    card = [["Name", first.name], ["Email", first.email], ["Server", OTHERS[0]], ["Manager", OTHERS[1]]]
    cards = [["Guest:", first.name], ["Contact:", first.email], ["Taken by:", OTHERS[0]], []]
    form = [["Guest ID", "Field", "Value"], ["1", "Email", first.email], ["1", "Server", OTHERS[0]]]
    roles = [["Person", "Role", "Email"], [first.name, "Guest", first.email], ["Sid", "Server", OTHERS[0]]]
    turned = [["Name", *(p.name for p in guests)], ["Email", *mails(guests)], ["Phone", *(p.phone for p in guests)]]
    for name, rows in {"card": card, "cards": cards * 2, "form": form, "roles": roles}.items():
        yield listed(f"{name}.csv", as_text(rows), [first.email], kind="other shapes")
    yield listed("turned.csv", as_text(turned), mails(guests), kind="other shapes")
    groups = [["Guest", "", "Server", ""], ["Name", "Phone", "Name", "Email"]]
    rows = [[p.name, p.phone, "Sid", OTHERS[i % 4]] for i, p in enumerate(guests)]
    yield listed("groups.csv", as_text([*groups, *rows]), phones(guests), kind="other shapes", plain=True)
    for word in ("Mobile", "Customer", "Telephone", "Guest"):
        rows = [["Name", "Email", "Channel"], *([p.name, p.email, ""] for p in guests[:2]), ["Carl", "", word]]
        rows += [[p.name, p.email, ""] for p in guests[2:]]
        yield listed(f"{word} between.csv", as_text(rows), mails(guests), kind="other shapes", plain=True)
        yield listed(f"{word} between, no header.csv", as_text(rows[1:]), mails(guests), kind="other shapes")


def old_encodings() -> Iterator[Listed]:
    """Programs that write what their country wrote before Unicode."""
    headers = {"cp932": ("お名前", "電話番号"), "euc_jp": ("お名前", "電話番号"), "gb18030": ("姓名", "手机号码"),
               "cp949": ("이름", "휴대폰번호"), "cp1251": ("Имя", "Номер телефона"), "cp1256": ("الاسم", "رقم الهاتف"),
               "mac_roman": ("Prénom", "Téléphone"), "cp1252": ("Prénom", "Téléphone")}  # fmt: skip
    for at, (encoding, header) in enumerate(headers.items()):
        guests = some(930 + at)
        content = as_text([header, *((p.name, p.phone) for p in guests)], encoding=encoding)
        yield listed(f"{encoding}.csv", content, phones(guests), kind="old encodings", plain=True)


KINDS = (names_of_phones, names_of_others, gaps, numbers, lines_around, several_tables, other_shapes,
         old_encodings)  # fmt: skip


def whose() -> Iterator[Listed]:
    for kind in KINDS:
        yield from kind()
