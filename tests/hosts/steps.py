"""What is done on the machine with the pages, in a process that Django runs in. Each step prints one JSON line."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance import tasks
from issuance.engine.reconcile import reconcile
from issuance.engine.shared_mark import marks_are_shared, read_shared_mark
from issuance.launching.launch import launch_list
from issuance.models import GuestList, SendingPause
from tests import cast
from thanxportal.accounts.models import Merchant, Role
from thanxportal.celery import nudge
from thanxportal.partner.models import Credential


def prepare() -> dict[str, Any]:
    """Tables, the merchants, a published campaign with one arm, and a person who may bring guests."""
    call_command("setup", ask=False, administrator="sam@example.com", stdout=sys.stderr)
    template = RewardTemplate.objects.published().select_related("merchant").earliest("pk")
    Merchant.objects.update(approval_threshold=None)
    now = timezone.now()
    times = {"start_at": 0, "end_at": 90, "redeemable_from": 0, "redeemable_to": 90}
    document = {name: (now + timedelta(days=days, minutes=1)).isoformat() for name, days in times.items()}
    arm = {"name": "Everybody", "reward_template_id": template.thanx_id, "weight": 100}
    path = Path(settings.VAR_DIR) / "campaign.json"
    path.write_text(json.dumps(document | {"name": "June", "fine_print": "Once a guest.", "variants": [arm]}))
    call_command("create_campaign", merchant=template.merchant.handle, file=path, publish=True, stdout=sys.stderr)
    person = cast.person("ana@example.com", template.merchant, Role.MANAGER)
    person.set_password(cast.PASSWORD)
    person.save()
    page = reverse("issuance:list_new", args=[template.merchant.handle, Campaign.objects.get().pk])
    return {"login": reverse("account_login"), "email": person.email, "password": cast.PASSWORD, "page": page}


def launch() -> dict[str, Any]:
    guest_list = GuestList.objects.get()
    launched = launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=False)
    nudge(tasks.work_list, guest_list.pk)
    return {"launched": bool(launched)}


def look() -> dict[str, Any]:
    """What the portal says of the list, and whether its numbers add up."""
    guest_list, credential = GuestList.objects.get(), Credential.current()
    return {
        "state": guest_list.state,
        "rows": guest_list.rows_count,
        "rewarded": guest_list.rewarded_count,
        "closed": guest_list.closed,
        "differences": reconcile().differences,
        "pauses": SendingPause.objects.count(),
        "sends": credential.sent_count,
        "noted": read_shared_mark(str(credential.uuid)) if marks_are_shared() else credential.sent_count,
    }
