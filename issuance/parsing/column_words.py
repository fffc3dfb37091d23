"""The words of headers, in the languages that our merchants' exports speak, without case and accents."""

from __future__ import annotations

import unicodedata


def bare(text: str) -> str:
    """Without case and accents, in compatible letters."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return unicodedata.normalize("NFKC", letters)


def _words(text: str) -> frozenset[str]:
    return frozenset(bare(text).split())


EMAIL = _words("""
email emails mail mails emailaddress mailaddress emailadresse mailadresse emailadres mailadres correo correos
courriel courriels mel epost epostadress epostadresse eposta sahkoposti sahkopostiosoite メール メールアドレス
邮箱 邮件 电子邮件 電子郵件 电子邮箱 電郵 이메일 메일 почта почты البريد อีเมล דואל מייל
""")
PHONE = _words("""
phone phones telephone telephones ph tel tels telf telef tfno tlf tlfn fon fone sms whatsapp msisdn telefono
telefonos telefonico telefonica telefonnummer telefonnr telnr rufnummer telefon telefone telefones telefonu
telefonni telefonnumer telefoon telefoonnummer telefoonnr telefoonnummers telefonszam puhelin puhelinnumero text
texting 電話 電話番号 电话 电话号码 전화 전화번호 телефон телефона тел هاتف الهاتف τηλεφωνο τηλεφωνου τηλ
טלפון เบอร์โทร โทรศัพท์ điện thoại
""")
MOBILE = _words("""
mobile mobiles mob cell cells cellphone cellular cel movil celular celulares portable handy handynummer handynr
mobil mobilnummer mobilnr mobiltelefon mobiltelefonnummer mobilfunk mobilfunknummer cellulare cellulaire telemovel tlm
mobiel mobielnummer gsm komorka komorkowy komorkowa kom cep 手机 手机号 手机号码 携帯 携帯電話 携帯番号 휴대폰
휴대전화 핸드폰 мобильный мобильного мобильныи جوال الجوال κινητο κινητου 手機 נייד มือถือ
""")
NUMBER = _words("""
number numbers no nr num numero nummer numer n cislo numarası numarasi numara 番号 号 号码 번호 номер رقم αριθμος αρ
""")
GUEST = _words("""
guest guests customer customers client clients diner diners patron patrons member members subscriber subscribers
attendee attendees visitor visitors recipient recipients consumer invitee shopper cliente clientes kunde kunden
gast gaste gasten klant klanten お客様 顧客 客户 고객 гость гостя клиент клиента πελατης πελατη person musteri
""")
CONTACT = _words("""
contact contacts kontakt kontaktdaten contacto contato contatto recapito coordonnees identifier 連絡先 ご連絡先
联系 联系方式 연락처
""")
# What may stand beside them and still mean the guest's own.
PLAIN = _words("""
address addresses adresse adres adress adresa direccion indirizzo endereco アドレス 地址 of de del di do du d le la l
des das the for your you my your's vos votre deine ihre tu su tuo seu best primary main preferred principal
principale personal personale personnel private privat prive direct valid current value values info information
details эл cim cime διευθυνση adresi 주소 required optional full e164 e 164 us usa uk national international and
or s o i et und y in 1 one default elettronica electronico electronica электронная электронной الالكتروني お ご の
if any messages message updates texts form forms signup online web website qr checkout marketing like eg example
as so we can reach
""")
# Where the guest has a second one, or one for some hours.
FURTHER = _words("""
secondary second alternate alternative alt other another additional backup work home house evening day daytime
night landline festnetz fixe fijo fisso zweite weitere autre otro altro outro arbeit trabajo lavoro travail
maison domicile casa 自宅 2 3 4 5 6 7 8 9 two three
""")
# Numbers of something else, though they may look like phones.
OTHER_NUMBER = _words("""
id ids order orders zip postal postcode plz cap account acct card amount total date fax loyalty ref reference
invoice check receipt transaction booking code time created points visits spent price coordinates latitude
longitude location geo sku barcode ticket tab reservation confirmation conf res cust membership passport tessera
socio nif nie cif cpf cnpj iva piva vat siren siret regon nip pesel iban personnummer kundennummer bestellnummer
rechnungsnummer klantnummer kd token plan pass pay wallet device birthday geburtstag 会員番号 注文番号 予約番号
登录号
""")
# Words beside "email" or "phone" that make it something about them.
NO_IDENTIFIER = _words("""
ip opt optin consent permission permitted subscribed unsubscribed status verified bounced domain orders count
total totals ref reference date time created opened clicked sent type provider carrier preference label labels
device app id subscription optout accepts allowed
""")
PLACE = _words("""
store stores shop location branch restaurant venue outlet site boutique magasin tienda negozio loja winkel sklep
filiale laden geschaft butik sucursal filiaal restauracja ristorante restaurante hotel 店舗
""")
SOMEBODY_ELSE = _words("""
owner owners rep reps representative sales salesperson seller agent agents staff employee employees manager
managers server servers waiter waitress bartender cashier clerk host hostess assigned assignee updated modified
changed edited entered added by referrer referred referral refer office franchise franchisee vendor supplier
partner support admin administrator operator user sender from reply emergency parent guardian spouse kin
assistant verkaufer verkauf mitarbeiter betreuer inhaber berater empfohlen vendeur employe proprietaire parrain
vendedor empleado gerente propietario venditore dipendente funcionario verkoper medewerker eigenaar saljare
sprzedawca wlasciciel 担当 担当者 driver courier concierge organizer organiser coordinator captain chef planner
dasher friend mother father wife husband referring inviter booker approver team crew kellner serveur responsable
camarero mesero encargado cameriere responsabile garcom ober kelner menedzer livreur repartidor ansprechpartner
verantwortlich bearbeiter vermittler commercial company firma billing restauracja duty approved signed
downloaded submitted prepared exported reviewed unsubscribe von przez door par por da スタッフ 紹介者 作成者
менеджер официант составил المدير النادل kundenbetreuer accountmanager mgr asst merchant opiekun opiekuna
saljarens temsilci πωλητη πωλητης 담당자 직원 notfallkontakt noodcontact
""")
PERSON = _words("""
name names nom nombre nombres nome apellido apellidos apelido vorname nachname prenom naam voornaam achternaam namn
fornamn efternamn nazwa imie nazwisko cognome fullname firstname lastname surname party wer 氏名 名 姓 お名前
名前 姓名 имя фио
""")
ROLES = _words(
    "role roles type kind category relation relationship rolle rol ruolo funktion funkcja funcion tipo typ 役割"
)
# What merchants' own files call people who are no guests, in a column of roles.
STAFF_ROLES = _words("""
server waiter waitress staff employee driver courier host hostess bartender team manager vendor supplier kellner
mitarbeiter serveur camarero cameriere garcom ober kelner
""")
