"""Words beside a number in its cell: those that say it is a phone, and those that say it is something else."""

from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[^\W_]+").findall


def plain_words(text: str) -> list[str]:
    """The words and numbers of a text in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return _WORDS("".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn"))


def _words(text: str) -> frozenset[str]:
    return frozenset(plain_words(text))


def names_a_phone(words: list[str]) -> bool:
    """Whether these plain words say no more than that a phone follows, and of which kind."""
    return all(word in _PHONE for word in words)


def names_something_else(words: list[str]) -> bool:
    """Whether these plain words speak of an order, a table, somebody at a desk: not of the guest's phone."""
    return any(word in _SOMETHING_ELSE for word in words)


def joins_two(word: str) -> bool:
    """Whether a plain word between two numbers says that there are two."""
    return word in _AND


_PHONE = _words("""
c h m p t w the my is at no nr num nbr ph tel tele telephone telephones phone phones fon fone mob mbl mobile cell
cellphone cel home work office business main direct primary secondary personal private day evening number contact call
sms text whatsapp wa viber telegram signal imessage line new landline
telefon telefonnr telefonnummer rufnummer nummer handy handynr handynummer mobil mobilnr mobilnummer mobiltelefon
mobilfunk funk festnetz privat dienst dienstlich geschäftlich büro arbeit zuhause daheim
téléphone tél numéro port portable fixe domicile bureau maison travail perso pro gsm
teléfono telf tlf tlfno tfno tfn móvil celular fijo casa trabajo oficina número núm particular
telefono cellulare cellul fisso ufficio lavoro numero recapito abitazione
telefone telemóvel tlm tlmv fixo trabalho escritório número contacto contato
telefoon telefoonnummer mobiel mobielnr vast thuis werk telnr
komórka komórkowy kom stacjonarny dom praca numer
hem arbete jobb mobilnummer telnr hjem arbejde arbeid telefonnr
тел телефон моб мобильный мобила сот сотовый дом домашний раб рабочий номер
電話 電話番号 携帯 携帯電話 自宅 勤務先 电话 电话号码 手机 手机号 手機 家 전화 전화번호 휴대폰 핸드폰 집
cep ev iş numara هاتف جوال موبايل رقم טלפון נייד
""")
_SOMETHING_ELSE = (
    _words("""
order orders ord ticket tickets tkt acct account accounts acc conf confirmation confirm reservation reservations res
resv booking bookings invoice inv receipt rcpt check checks chk cheque tab transaction txn trx customer cust client
member membership loyalty rewards points card cards code pin id ids ref reference case claim case table tables tbl room
rooms rm apt apartment suite ste unit floor seat seats gate zip postal vat tax ssn iban serial sku item lot batch
voucher coupon gift license licence plate dob born pager fax telefax desk reception concierge ask hotel assistant
manager waiter server driver via party persons person people pers pax
bestellung bestellnummer bestellnr auftrag auftragsnummer auftragsnr buchung buchungsnummer buchungsnr
reservierung reservierungsnummer rechnung rechnungsnummer rechnungsnr kunde kunden kundennummer kundennr kd kdnr konto
kontonummer mitglied mitgliedsnummer karte kartennummer beleg bon tisch zimmer whg wohnung stock etage plz rezeption
empfang personen gäste uhr vorgang aktenzeichen ausweis steuernummer
commande réservation facture compte client carte adhérent billet reçu chambre appt appartement étage siège code dossier
réception accueil personnes télécopie télécopieur
pedido orden reserva factura cuenta cliente tarjeta socio boleto recibo mesa habitación piso dpto depto apto puerta
cédula recepción personas dni nif rfc folio
ordine prenotazione fattura conto cliente tessera biglietto ricevuta scontrino tavolo camera appartamento interno piano
portineria persone codice pratica
encomenda fatura conta cartão bilhete quarto apartamento andar recepção pessoas cpf cnpj nota
bestelling reservering factuur rekening klant klantnummer lidnummer kaart bon tafel kamer appartement verdieping
receptie personen
zamówienie rezerwacja faktura konto klient karta bilet paragon stolik stół pokój mieszkanie piętro osoby recepcja
beställning bokning kund medlem kort biljett kvitto bord rum lgh lägenhet våning personer bestilling kunde kvittering
værelse lejlighed leilighet rom
заказ бронь бронирование счет клиент карта билет чек стол столик номерок комната кв квартира этаж факс чел
注文 注文番号 予約 予約番号 会員 会員番号 請求書 領収書 卓 テーブル 部屋 号室 階 番号札 伝票 ファックス 名様
订单 订单号 预订 预约 会员 会员号 发票 收据 桌 桌号 房间 房号 号 传真
주문 주문번호 예약 예약번호 회원 영수증 테이블 객실 팩스
sipariş rezervasyon fatura hesap müşteri üye kart bilet fiş masa daire faks kişi
طلب حجز فاتورة حساب عميل عضو بطاقة تذكرة طاولة غرفة شقة فاكس
""")
    - _PHONE
)
_AND = _words("""
and or & plus to then also alt aka u und oder bis sowie et ou puis y o u e ed oppure ou e en of i oraz lub och eller og
и или と や または 和 或 및 또는 ve veya و أو
""")
