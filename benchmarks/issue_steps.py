"""What the benchmark of issuing asks of the portal, in a process that Django runs in."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.base import File
from django.core.management import call_command
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance import tasks
from issuance.importing.new_list import create_list
from issuance.launching.launch import launch_list
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import LIST_ENDED, ListState
from thanxportal.accounts.models import Merchant
from thanxportal.celery import nudge
from thanxportal.partner.models import ApiRequest

ANSWERS = 100  # seen before, from which the gate knows how evenly requests arrive, as it does wherever it has run a day
BEHIND = 5.0  # seconds after the launch of the long list, at which the short one is launched


def prepare(folder: str) -> None:
    """A published campaign of a merchant who needs no second person."""
    call_command("migrate", verbosity=0)
    while ApiRequest.objects.count() < ANSWERS:
        call_command("sync_partner")
    template = RewardTemplate.objects.published().select_related("merchant").earliest("pk")
    Merchant.objects.update(approval_threshold=None)
    times = {"start_at": 1, "end_at": 90, "redeemable_from": 1, "redeemable_to": 90}
    now = timezone.now()
    document = {name: (now + timedelta(days=days)).isoformat() for name, days in times.items()}
    document["start_at"] = document["redeemable_from"] = (now + timedelta(minutes=1)).isoformat()
    arm = {"name": "Arm A", "reward_template_id": template.thanx_id, "weight": 100}
    path = Path(folder) / "campaign.json"
    path.write_text(json.dumps(document | {"name": "June", "fine_print": "Once a guest.", "variants": [arm]}))
    call_command("create_campaign", merchant=template.merchant.handle, file=path, publish=True)


def issue(long: str, short: str) -> None:
    """Prints the seconds of reading and issuing the long list, and until the first answer to the short one."""
    long_list, short_list = _read(long), _read(short)
    sent_before = ApiRequest.objects.count()
    _launch(long_list)
    time.sleep(BEHIND)
    _launch(short_list)
    while not all(guest_list.state in LIST_ENDED for guest_list in (long_list, short_list)):
        time.sleep(0.5)
        long_list.refresh_from_db()
        short_list.refresh_from_db()
    first = IssuanceJob.objects.filter(guest_list=short_list).earliest("accepted_at").accepted_at
    figures = {
        "rows": long_list.rows_count,
        "rewarded": long_list.rewarded_count,
        "reading": _seconds(long_list.created_at, long_list.checked_at),
        "issuing": _seconds(long_list.launched_at, long_list.ended_at),
        "requests": ApiRequest.objects.count() - sent_before,
        "jobs": IssuanceJob.objects.filter(guest_list=long_list).count(),
        "short_list_answered": _seconds(short_list.launched_at, first),
    }
    print(json.dumps(figures))


def _seconds(start: datetime | None, end: datetime | None) -> float:
    if start is None or end is None:
        raise SystemExit("A list ended without being issued.")
    return round((end - start).total_seconds(), 1)


def _read(path: str) -> GuestList:
    with Path(path).open("rb") as file:
        guest_list = create_list(
            campaign=Campaign.objects.get(), name=Path(path).stem, content=File(file, Path(path).name), actor=None
        )
    nudge(tasks.work_list, guest_list.pk)
    while guest_list.state in (ListState.UPLOADED, ListState.READING):
        time.sleep(0.1)
        guest_list.refresh_from_db()
    if guest_list.state != ListState.CHECKED:
        raise SystemExit(f"The list wasn't read: {guest_list.state} {guest_list.problem}")
    return guest_list


def _launch(guest_list: GuestList) -> None:
    launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=False)
    nudge(tasks.work_list, guest_list.pk)
