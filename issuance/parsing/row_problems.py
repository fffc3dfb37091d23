"""Why a row names no guest: every code of a result, and its sentence for the merchant."""

SENTENCES = {
    "erased": "A guest asked to be forgotten, so nothing of this row is kept.",
    "email_no_at": "This is not an email address: it has no @ sign.",
    "email_two_ats": "This email address has more than one @ sign.",
    "email_several": "There is more than one email address in this cell. Keep one, or give each guest a row.",
    "email_space": "This email address has a space inside it.",
    "email_marked_out": (
        "A sign before this address, such as # or -, says that it is left out. If it is a guest, take the sign away."
    ),
    "email_nothing_before_at": "There is nothing before the @ sign.",
    "email_nothing_after_at": "There is nothing after the @ sign.",
    "email_two_dots": "This email address has two dots in a row.",
    "email_no_dot": "The part after the @ sign has no ending such as .com.",
    "email_reserved_domain": "The part after the @ sign is reserved for tests and private networks.",
    "email_bad_local": "The part before the @ sign has characters that an email address can’t have.",
    "email_bad_domain": "The part after the @ sign is not the name of a mail domain.",
    "email_mixed_letters": (
        "The part after the @ sign has letters of another alphabet that look like ordinary ones. Type it again."
    ),
    "email_unusual_letters": (
        "The part before the @ sign has letters that few addresses have. Check it, and write it as the guest does."
    ),
    "email_too_long": "This is too long to be an email address.",
    "neither": "This is neither an email address nor a phone number.",
    "phone_no_digits": "This is not a phone number: it has no digits.",
    "phone_several": "There is more than one phone number in this cell. Keep one, or give each guest a row.",
    "phone_too_short": "This phone number has too few digits.",
    "phone_too_long": "This phone number has too many digits.",
    "phone_no_area_code": "This phone number has no area code.",
    "phone_needs_country": "This phone number is from another country. Write it with + and its country code.",
    "phone_unassigned": "No phone has this number: its area code or prefix is not in use.",
    "phone_new_area": (
        "This area code is new to us. If the number is right, take it as it is, or write (new) after it."
    ),
    "phone_new_prefix": (
        "The beginning of this number is new to us. If the number is right, take it as it is, or write (new) after it."
    ),
    "phone_not_one": "This is no phone number, but looks like a date, a price, a place or the address of a computer.",
    "phone_premium": "This is a premium-rate number, which can’t belong to a guest.",
    "phone_unclear": "It isn’t clear which of these digits are the phone number. Keep those alone.",
    "phone_named_otherwise": (
        "Words in this cell say that its number is something else, such as an order or a table. If it is the guest’s "
        "phone, keep the number alone."
    ),
    "phone_scientific": "The spreadsheet has cut digits off this number. Format the column as text and enter it again.",
    "phone_invalid": "This is not a phone number.",
    "masked": "A mask hides this guest: signs such as • or * stand for the rest. Bring the original list.",
    "formula_without_result": "The cell holds a formula without a result: open the file in Excel and save it again.",
    "phone_country_unknown": "The country beside this phone isn’t known. Write the phone with + and its country code.",
    "beside_the_table": "This looks like a note above or below the guests, not like a guest.",
    "later_table": (
        "Another table seems to begin above this row, perhaps of people who are no guests. Bring this row as a list of "
        "its own if it is a guest."
    ),
    "no_identifier": "There is neither an email address nor a phone number.",
    "row_too_long": "This row has more cells than the others: a comma inside a cell may be missing its quotes.",
    "rows_run_together": (
        "Several rows ran together here: a closing quote is probably missing. Keep one guest in this row of the "
        "download of invalid rows, and bring the others as another list."
    ),
}
