"""What people call the email and phone columns of a guest list, in the languages that our merchants' exports speak."""

from __future__ import annotations

import re
import unicodedata


def plain_name(cell: str) -> str:
    """A header cell without case, accents and punctuation: " E-Mail:" becomes "e mail"."""
    decomposed = unicodedata.normalize("NFKD", cell[:200].lower())
    bare = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", bare)).split())


def email_rank(name: str) -> int:
    """How surely a plain name means emails: 2 exactly, 1 by one of its words, 0 not at all."""
    return 2 if name in _EMAILS else int(bool(_EMAIL_WORDS & set(name.split())))


def phone_rank(name: str) -> int:
    """How surely a plain name means phones: 3 mobile phones, 2 exactly, 1 by one of its words, 0 not at all."""
    if name in _MOBILES:
        return 3
    return 2 if name in _PHONES else int(bool(_PHONE_WORDS & set(name.split())))


def names_guests(name: str) -> bool:
    """Whether a plain name is that of a column of people, whatever identifies them."""
    return name in _GUESTS


def names_other_number(name: str) -> bool:
    """Whether a plain name is that of numbers which may look like phones by chance."""
    return bool(_OTHER_NUMBERS & set(name.split()))


def _names(text: str) -> frozenset[str]:
    return frozenset(map(plain_name, text.replace("\n", "").split(",")))


_EMAILS = _names("""
email, e-mail, mail, email address, e-mail address, emailaddress, email id, primary email, guest email, customer email,
user email, correo, correo electrónico, email del cliente, courriel, adresse email, adresse e-mail, adresse mail, mél,
e-mail-adresse, email-adresse, mailadresse, mail-adresse, epost, e-post, e-postadress, sähköposti, posta elettronica,
indirizzo email, endereço de email, endereço de e-mail, e-posta, adres e-mail, emailadres, メール, メールアドレス, 邮箱,
电子邮件, 電子郵件, 이메일, почта, электронная почта
""")
_MOBILES = _names("""
mobile, mobile phone, mobile number, mobile no, cell, cell phone, cellphone, cell number, móvil, teléfono móvil,
celular, portable, téléphone portable, handy, handynummer, mobil, mobilnummer, mobiltelefon, cellulare, telemóvel,
mobiel, mobiele nummer, 手机, 手机号, 携帯, 휴대폰, мобильный
""")
_PHONES = _names("""
phone, phone number, phone no, telephone, telephone number, tel, tel no, phone1, contact number, guest phone, sms,
customer phone, primary phone, sms number, whatsapp, msisdn, teléfono, número de teléfono, téléphone, telefon,
numéro de téléphone, telefonnummer, rufnummer, numero di telefono, telefone, telefoon, telefoonnummer, puhelin,
puhelinnumero, 電話, 電話番号, 电话, 전화번호, телефон
""")
_GUESTS = _names("guest, guests, contact, contacts, recipient, recipients, identifier, customer")
_EMAIL_WORDS = _names("email, mail, correo, courriel, メール")
_PHONE_WORDS = _names("phone, telephone, mobile, cell, teléfono, telefon, telefone, celular, móvil")
_OTHER_NUMBERS = _names(
    "id, no, number, order, zip, postal, postcode, account, card, amount, total, date, fax, loyalty, ref, invoice"
)
