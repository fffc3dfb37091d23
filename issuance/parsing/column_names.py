"""What people call the email and phone columns of a guest list, in the languages that our merchants' exports speak."""

from __future__ import annotations

import re
import unicodedata

_ASIDE = re.compile(r"[(\[][^)\]]*[@\d*][^)\]]*[)\]]|[(\[](?:required|optional|e\.g\.)[^)\]]*[)\]]|\S+@\S+")


def plain_name(cell: str) -> str:
    """A header cell without case, accents, punctuation and examples: " E-Mail (ann@example.com):" becomes "e mail"."""
    decomposed = unicodedata.normalize("NFKD", _ASIDE.sub(" ", cell[:200].lower()))
    bare = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", bare)).split())


def email_rank(name: str) -> int:
    """How surely a plain name means guests' emails: 2 exactly, 1 by one of its words, 0 not at all."""
    return 2 if name in _EMAILS else int(bool(_EMAIL_WORDS & set(name.split())) and _may_be_guests(name))


def phone_rank(name: str) -> int:
    """How surely a plain name means guests' phones: 3 mobile phones, 2 exactly, 1 by one of its words, 0 not at all."""
    if name in _MOBILES:
        return 3
    return 2 if name in _PHONES else int(bool(_PHONE_WORDS & set(name.split())) and _may_be_guests(name))


def _may_be_guests(name: str) -> bool:
    return not names_somebody_else(name) and not _NO_IDENTIFIER & set(name.split())


def names_somebody_else(name: str) -> bool:
    """Whether a plain name speaks of a person or place other than the guest: an owner, a clerk, a shop, a referrer."""
    return not {name} & (_EMAILS | _PHONES | _MOBILES) and bool(_SOMEBODY_ELSE & set(name.split()))


def names_guests(name: str) -> bool:
    """Whether a plain name is that of a column of people, whatever identifies them."""
    return name in _GUESTS


def names_country(name: str) -> bool:
    """Whether a plain name is that of the country, or its calling code, of the phone beside it."""
    return name in _COUNTRIES


def names_other_number(name: str) -> bool:
    """Whether a plain name is that of numbers which may look like phones by chance."""
    return bool((_OTHER_NUMBERS | _NO_IDENTIFIER) & set(name.split())) and not phone_rank(name)


def _names(text: str) -> frozenset[str]:
    return frozenset(map(plain_name, text.replace("\n", "").split(",")))


_EMAILS = _names("""
email, e-mail, mail, email address, e-mail address, emailaddress, email id, primary email, guest email, customer email,
user email,
your email, work email, home email, personal email, email 1, email1, correo,
correo electrónico, email del cliente, courriel, adresse email, adresse e-mail, adresse mail, mél,
e-mail-adresse, email-adresse, mailadresse, mail-adresse, epost, e-post, e-postadress, sähköposti, posta elettronica,
indirizzo email, endereço de email, endereço de e-mail, e-posta, adres e-mail, emailadres, メール, メールアドレス, 邮箱,
电子邮件, 電子郵件, 이메일, почта, электронная почта
""")
_MOBILES = _names("""
mobile, mobile phone, mobile number, mobile telephone,
mobile no, cell, cell phone, cellphone, cell number, móvil, teléfono móvil,
celular, portable, téléphone portable, handy, handynummer, mobil, mobilnummer, mobiltelefon, cellulare, telemóvel,
mobiel, mobiele nummer, 手机, 手机号, 携帯, 휴대폰, мобильный
""")
_PHONES = _names("""
phone, phone number, phone no, telephone, telephone number, tel, tel no, phone1, contact number, guest phone, sms,
customer phone, primary phone, home phone,
day phone, phone 1, sms number, whatsapp, msisdn, teléfono, número de teléfono, téléphone, telefon,
numéro de téléphone, telefonnummer, rufnummer, numero di telefono, telefone, telefoon, telefoonnummer, puhelin,
puhelinnumero, 電話, 電話番号, 电话, 전화번호, телефон
""")
_GUESTS = _names("guest, guests, contact, contacts, recipient, recipients, identifier, customer")
_EMAIL_WORDS = _names("email, mail, correo, courriel, メール")
_PHONE_WORDS = _names("phone, telephone, mobile, cell, teléfono, telefon, telefone, celular, móvil")
_COUNTRIES = _names("""
country, country code, country name, countrycode, phone country, country of phone, calling code, dial code,
dialing code, dialling code, country calling code, flag, land, landesvorwahl, landercode,
pays, indicatif, code pays, pais, codigo pais,
codigo de pais, paese, nazione, prefisso, kraj, maa, ulke, 国, 国番号, 国家, 국가, страна
""")
_OTHER_NUMBERS = _names("""
id, no, number, order, zip, postal, postcode, plz, cap, account, card, amount, total, date, fax, loyalty, ref, invoice,
check, receipt, transaction, booking, code, time, created, points, visits, spent, price, coordinates, latitude,
longitude, location, geo, sku, barcode
""")
_NO_IDENTIFIER = _names("""
ip, opt, optin, consent, permission, permitted, subscribed, unsubscribed, status, verified, bounced, domain, orders,
count, total, totals, ref, reference, date, time, created, opened, clicked, sent, type, provider, carrier, preference
""")
_SOMEBODY_ELSE = _names("""
owner, rep, reps, representative, sales, salesperson, seller, agent, agents, staff, employee, manager, server, waiter,
waitress, cashier, clerk, host, hostess, assigned, assignee, updated, modified, changed, edited, entered, added, by,
referrer, referred, referral, refer, store, stores, shop, location, branch, restaurant, venue, outlet, office, site,
franchise, franchisee, vendor, supplier, partner, support, admin, administrator, operator, user, sender, from, reply,
emergency, parent, guardian, spouse, kin, assistant, verkaufer, verkauf, filiale, laden, geschaft, mitarbeiter,
betreuer, inhaber, berater, empfohlen, vendeur, magasin, boutique, employe, proprietaire, parrain, vendedor, tienda,
sucursal, empleado, gerente, propietario, negozio, venditore, dipendente, loja, funcionario, winkel, verkoper,
medewerker, eigenaar, filiaal, butik, saljare, sklep, sprzedawca, wlasciciel, 店舗, 担当, 担当者
""")
