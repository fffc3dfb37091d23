"""The merchant's log: who did what with a list, one sentence each."""

from __future__ import annotations

from django.urls import reverse

from issuance.models import GuestList
from thanxportal.accounts.models import User, record_activity
from thanxportal.plain_text import nameless


def note_activity(guest_list: GuestList, actor: User | None, sentence: str) -> None:
    """Appends to the merchant's log a line that leads to the list; without guests, as the line stays for good."""
    sentence = nameless(sentence)
    merchant = guest_list.merchant
    path = reverse("issuance:list_detail", args=[merchant.handle, guest_list.pk])
    record_activity(merchant=merchant, actor=actor, sentence=sentence, target=guest_list.target, path=path)
