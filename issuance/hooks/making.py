"""How managers make and change a hook. Each change is a line of the merchant's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.hooks.conditions import Condition
from issuance.hooks.fields import label_of
from issuance.models import Hook
from thanxportal.accounts.models import OF_HOOK, User, record_activity
from thanxportal.accounts.tokens import make_token, renew_secret
from thanxportal.plain_text import nameless
from thanxportal.reviewed import Facts, check_unchanged

ADDRESS_LASTS = timedelta(days=3650)  # Tools that nobody looks at go on sending; a manager ends it before.


@transaction.atomic
def make_hook(*, campaign: Campaign, name: str, guests_per_day: int, actor: User) -> tuple[Hook, str]:
    """Returns it with the secret that ends its address, which nobody can read again."""
    token, secret = make_token(
        merchant=campaign.merchant, actor=actor, name=name, guests_per_day=guests_per_day, scopes=[OF_HOOK],
        expires_at=timezone.now() + ADDRESS_LASTS, path=reverse("issuance:hooks", args=[campaign.merchant.handle]),
    )  # fmt: skip
    hook = Hook.objects.create(merchant=campaign.merchant, campaign=campaign, token=token)
    note_hook(hook, actor, f"Made the hook “{hook}” for the campaign “{campaign}”.")
    return hook, secret


def facts_of_rules(hook: Hook) -> Facts:
    """What a manager saw who changes them."""
    return {"What it reads": words_of(hook.mapping, [Condition(*each) for each in hook.conditions]) or "nothing"}


def words_of(mapping: Mapping[str, str], conditions: Sequence[Condition]) -> str:
    fields = ", ".join(f"{role.replace('_', ' ')} from {label_of(pointer)}" for role, pointer in mapping.items())
    return f"{fields}; only if {' and '.join(map(str, conditions))}" if conditions else fields


@transaction.atomic
def change_rules(
    hook: Hook, *, mapping: Mapping[str, str], conditions: Sequence[Condition], actor: User, seen: str | None = None
) -> None:
    """Raises ChangedSinceReview if they aren't as they were seen, signed."""
    if seen is not None:
        check_unchanged(hook.target, seen, facts_of_rules(Hook.objects.select_for_update().get(pk=hook.pk)))
    Hook.objects.filter(pk=hook.pk).update(mapping=mapping, conditions=[[*each] for each in conditions])
    note_hook(hook, actor, f"Changed what the hook “{hook}” reads: {words_of(mapping, conditions)}.")


@transaction.atomic
def change_campaign(hook: Hook, campaign: Campaign, actor: User) -> None:
    """Of what comes and of what waits; what was passed on stays with the one that it had."""
    if Hook.objects.filter(pk=hook.pk).exclude(campaign=campaign).update(campaign=campaign):
        instead = f"“{campaign}” instead of “{hook.campaign}”"
        note_hook(hook, actor, f"The hook “{hook}” rewards guests from the campaign {instead}.")


@transaction.atomic
def change_signature(hook: Hook, signature: dict[str, Any], actor: User) -> None:
    Hook.objects.filter(pk=hook.pk).update(signature=signature, unsigned_count=0)
    does = "takes only what its sender signed" if signature else "takes what nobody signed"
    note_hook(hook, actor, f"The hook “{hook}” {does} from now on.")


@transaction.atomic
def switch(hook: Hook, *, on: bool, actor: User) -> None:
    if Hook.objects.filter(pk=hook.pk, is_on=not on).update(is_on=on):
        note_hook(hook, actor, f"Turned the hook “{hook}” {'on' if on else 'off'}.")


@transaction.atomic
def renew_address(hook: Hook, actor: User) -> str | None:
    """The secret of a new address, in place of the old one; None if the hook was ended. Who renews it answers for its
    guests from then on."""
    secret = renew_secret(hook.token, actor)
    if secret:
        note_hook(hook, actor, f"Renewed the address of the hook “{hook}”.")
    return secret


def note_hook(hook: Hook, actor: User, sentence: str) -> None:
    path = reverse("issuance:hook", args=[hook.merchant.handle, hook.pk])
    sentence = nameless(sentence)
    record_activity(merchant=hook.merchant, actor=actor, sentence=sentence, target=hook.target, path=path)
