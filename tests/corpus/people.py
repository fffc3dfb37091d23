"""Made-up guests: names of many languages, addresses at example domains, phones in the format of their country."""

from __future__ import annotations

import random
from typing import NamedTuple

NAMES = {
    "en": ("Ann Lee", "Bob Stone", "Cleo Marsh", "Dan O'Neil", "Eve Brook", "Finn Hale", "Gia Ford", "Hal Moss"),
    "es": ("Ana Ruiz", "Íñigo Peña", "Lucía Núñez", "José Vega", "Marta Gil", "Raúl Soto", "Inés Rey", "Óscar Mora"),
    "fr": ("Zoé Petit", "Noël Roux", "Chloé Blanc", "Luc Morel", "Anaïs Noir", "Rémi Faure", "Léa Simon", "Éric Roy"),
    "de": ("Jörg Groß", "Ute Müller", "Käthe Weiß", "Uwe Lang", "Anke Kühn", "Lars Böhm", "Ina Vogt", "Max Bär"),
    "it": ("Nicolò Rea", "Sara Conti", "Ugo Serra", "Pia Galli", "Leo Bruno", "Ada Sala", "Gino Testa", "Rita Riva"),
    "pt": ("João Paz", "Inês Maia", "Rui Sá", "Lia Dias", "Zé Melo", "Ana Gomes", "Tó Reis", "Íris Luz"),
    "nl": ("Jan Vos", "Sanne Bos", "Piet Kok", "Lotte Mol", "Kees Dam", "Fleur Prins", "Wim Smit", "Noor Bakker"),
    "sv": ("Åsa Berg", "Örjan Ek", "Eva Dahl", "Nils Lund", "Märta Sjö", "Ulf Holm", "Siv Ås", "Bo Ström"),
    "ja": ("佐藤 花子", "鈴木 一郎", "高橋 葵", "田中 蓮", "伊藤 結衣", "渡辺 大翔", "山本 凛", "中村 湊"),
    "pl": ("Łukasz Żak", "Ewa Wójcik", "Paweł Mróz", "Zofia Kos", "Jan Śliwa", "Ola Lis", "Piotr Cień", "Iza Dąb"),
}
COUNTRY = {"en": "US", "es": "ES", "fr": "FR", "de": "DE", "it": "IT", "pt": "PT", "nl": "NL", "sv": "SE", "ja": "JP",
           "pl": "PL"}  # fmt: skip
AREAS = ("202", "212", "303", "312", "404", "415", "503", "617", "702", "808")
# In the national format of each country, and the same in E.164; the numbers in braces are filled in.
PHONES = {
    "US": ("({area}) 555-01{two:02d}", "+1{area}55501{two:02d}"),
    "ES": ("612 34 {four:04d}", "+3461234{four:04d}"),
    "FR": ("06 12 34 {four:04d}", "+3361234{four:04d}"),
    "DE": ("0171 392{four:04d}", "+49171392{four:04d}"),
    "IT": ("347 123 {four:04d}", "+39347123{four:04d}"),
    "PT": ("912 34 {four:04d}", "+35191234{four:04d}"),
    "NL": ("06 1234{four:04d}", "+3161234{four:04d}"),
    "SE": ("070-174 {four:04d}", "+4670174{four:04d}"),
    "JP": ("090-1234-{four:04d}", "+819012 34{four:04d}"),
    "PL": ("512 34{four:04d}", "+4851234{four:04d}"),
    "GB": ("07911 12{four:04d}", "+44791112{four:04d}"),
    "AU": ("0491 57{four:04d}", "+6149157{four:04d}"),
}


class Person(NamedTuple):
    """A guest: `phone` as the country writes it, `e164` as Thanx takes it."""

    name: str
    email: str
    phone: str
    e164: str

    @property
    def first(self) -> str:
        return self.name.split()[0]

    @property
    def last(self) -> str:
        return self.name.split()[-1]


def people(language: str, count: int, *, country: str = "", seed: int = 1) -> list[Person]:
    """`count` different guests who speak one language and have phones of their country."""
    country = country or COUNTRY[language]
    dice = random.Random(f"{language}{country}{seed}")
    start = dice.randrange(40)
    return [_person(language, country, start + at, dice) for at in range(count)]


def _person(language: str, country: str, number: int, dice: random.Random) -> Person:
    name = NAMES[language][number % 8]
    local = (
        f"{dice.choice(('guest', 'a', 'mail', 'hi', 'me', 'post'))}{dice.choice('.-_')}{number}x{dice.randrange(99)}"
    )
    filled = {"area": AREAS[number % 10], "two": number % 100, "four": 1000 + number}
    national, e164 = (shape.format(**filled) for shape in PHONES[country])
    email = f"{local}@{dice.choice(('example.com', 'example.net', 'mail.example.org'))}"
    return Person(name, email, national, e164.replace(" ", ""))
