"""Plain exports of point-of-sale, reservation, CRM, e-mail and form tools, in ten languages: none needs a question."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.corpus.files import Listed, as_text, as_xlsx, listed
from tests.corpus.people import COUNTRY, Person, people

Column = tuple[str, Callable[[Person, int], str]]
WORDS = {  # language: email, phone, mobile, name, first name, last name, visits, city, note
    "en": ("Email", "Phone", "Mobile", "Name", "First name", "Last name", "Visits", "City", "Notes"),
    "es": ("Correo electrónico", "Teléfono", "Móvil", "Nombre", "Nombre", "Apellido", "Visitas", "Ciudad", "Notas"),
    "fr": ("Adresse e-mail", "Téléphone", "Portable", "Nom", "Prénom", "Nom de famille", "Visites", "Ville", "Notes"),
    "de": ("E-Mail-Adresse", "Telefon", "Handynummer", "Name", "Vorname", "Nachname", "Besuche", "Ort", "Notizen"),
    "it": ("Indirizzo email", "Telefono", "Cellulare", "Nome", "Nome", "Cognome", "Visite", "Città", "Note"),
    "pt": ("Endereço de email", "Telefone", "Telemóvel", "Nome", "Nome", "Apelido", "Visitas", "Cidade", "Notas"),
    "nl": ("E-mail", "Telefoonnummer", "Mobiel", "Naam", "Voornaam", "Achternaam", "Bezoeken", "Plaats", "Notities"),
    "sv": ("E-postadress", "Telefonnummer", "Mobil", "Namn", "Förnamn", "Efternamn", "Besök", "Ort", "Noteringar"),
    "ja": ("メールアドレス", "電話番号", "携帯", "氏名", "名", "姓", "来店回数", "市区町村", "備考"),
    "pl": ("E-mail", "Telefon", "Telefon", "Nazwa", "Imię", "Nazwisko", "Wizyty", "Miasto", "Uwagi"),
}
EMAIL, PHONE, MOBILE, NAME, FIRST, LAST, VISITS, CITY, NOTES = range(9)
DELIMITERS = {"de": ";", "fr": ";", "es": ";", "it": ";", "pt": ";", "nl": ";", "sv": ";", "pl": ";"}
CITIES = ("Springfield", "Lakeside", "Hill Valley", "Bay City", "Old Town")


def email(person: Person, at: int) -> str:
    return person.email


def phone(person: Person, at: int) -> str:
    return person.phone


def visits(person: Person, at: int) -> str:
    return str(at % 23 + 1)


def city(person: Person, at: int) -> str:
    return CITIES[at % len(CITIES)]


def note(person: Person, at: int) -> str:
    return ("", "Window seat", "Allergic to nuts, sits inside", "VIP; call first", "")[at % 5]


def order_number(person: Person, at: int) -> str:
    return f"{4_000_000_000 + at * 7919}"


def day(person: Person, at: int) -> str:
    return f"2026-{at % 12 + 1:02d}-{at % 28 + 1:02d}"


def spent(person: Person, at: int) -> str:
    return f"{at * 3.25 + 12:.2f}"


def shapes(language: str) -> dict[str, list[Column]]:
    """The tools whose exports people bring, by name: their columns in their order."""
    word = WORDS[language]
    first, last = (lambda person, at: person.first), (lambda person, at: person.last)
    full: Callable[[Person, int], str] = lambda person, at: person.name  # noqa: E731 - a column like the others
    return {
        "point of sale": [("Order ID", order_number), ("Order date", day), (word[NAME], full), (word[EMAIL], email),
                          (word[PHONE], phone), ("Order total", spent)],
        "reservations": [(word[FIRST], first), (word[LAST], last), (word[PHONE], phone), (word[EMAIL], email),
                         (word[VISITS], visits), (word[NOTES], note)],
        "crm": [("Customer ID", order_number), (word[LAST], last), (word[FIRST], first), (word[CITY], city),
                (word[MOBILE], phone), (word[EMAIL], email), ("Last visit", day)],
        "email tool": [(word[EMAIL], email), (word[FIRST], first), (word[LAST], last), ("Signed up", day)],
        "form": [("Timestamp", day), (word[NAME], full), (word[EMAIL], email), (word[NOTES], note)],
        "loyalty": [("Loyalty number", order_number), (word[NAME], full), (word[MOBILE], phone), ("Points", visits)],
        "kept by hand": [(word[NAME], full), (word[EMAIL], email), (word[NOTES], note)],
        "text messages": [(word[MOBILE], phone), (word[FIRST], first)],
    }  # fmt: skip


def plain_exports() -> Iterator[Listed]:
    for language in WORDS:
        for number, (tool, columns) in enumerate(shapes(language).items()):
            for size in (3, 40):
                yield _export(language, tool, columns, size, seed=number + size)


def _export(language: str, tool: str, columns: list[Column], size: int, *, seed: int) -> Listed:
    guests = people(language, size, seed=seed)
    rows = [
        [name for name, _ in columns],
        *([read(guest, at) for _, read in columns] for at, guest in enumerate(guests)),
    ]
    by_email = any(read is email for _, read in columns)
    dice = random.Random(f"{language}{tool}{size}")
    encoding = (
        dice.choice(("utf-8", "utf-8-sig", "utf-16"))
        if language in ("ja", "pl")
        else dice.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16"))
    )
    name = f"{language} {tool} {size}"
    if dice.random() < 0.25:
        content, suffix = as_xlsx(rows), ".xlsx"
    else:
        delimiter = dice.choice((DELIMITERS.get(language, ","), "\t"))
        content = as_text(rows, delimiter=delimiter, encoding=encoding, quoted=dice.random() < 0.3)
        suffix = ".csv"
    return listed(
        f"{name}{suffix}",
        content,
        (guest.email if by_email else guest.e164 for guest in guests),
        plain=True,
        country=COUNTRY[language],
    )
