"""What the benchmark of strangers asks of the portal, in a process that Django runs in."""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.core.files.base import File
from django.core.management import call_command
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance import tasks
from issuance.importing.new_list import create_list
from issuance.launching.launch import launch_list
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import ListState
from thanxportal.accounts.models import Merchant
from thanxportal.celery import nudge

PASTES, FILES, LISTS, FEW = 40, 5, 7, 20
PASTED = 1_990_000  # bytes of a text
LOOK = 0.02  # seconds between two looks


def prepare(folder: str) -> None:
    """Two merchants who need no second person, each with a published campaign."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("sync_partner")
    Merchant.objects.update(approval_threshold=None)
    times = {"start_at": 1, "end_at": 90, "redeemable_from": 1, "redeemable_to": 90}
    now = timezone.now()
    document = {name: (now + timedelta(days=days)).isoformat() for name, days in times.items()}
    document["start_at"] = document["redeemable_from"] = (now + timedelta(minutes=1)).isoformat()
    for merchant in Merchant.objects.filter(reward_templates__in=RewardTemplate.objects.published()).distinct()[:2]:
        template = RewardTemplate.objects.published().filter(merchant=merchant).earliest("pk")
        arm = {"name": "Arm A", "reward_template_id": template.thanx_id, "weight": 100}
        path = Path(folder) / "campaign.json"
        path.write_text(json.dumps(document | {"name": "June", "fine_print": "Once a guest.", "variants": [arm]}))
        call_command("create_campaign", merchant=merchant.handle, file=path, publish=True)


def bring(file: str) -> None:
    """Prints the seconds of small lists of one merchant, before and while the other brings very much."""
    builders, others = Campaign.objects.order_by("pk")
    time.sleep(5)  # Workers begin with what they find.
    idle = [_small(others, number) for number in range(LISTS)]
    _bring_much(builders, Path(file))
    time.sleep(3)
    busy = [_small(others, LISTS + number) for number in range(LISTS)]
    much = GuestList.objects.filter(campaign=builders)
    if not much.filter(state__in=(ListState.UPLOADED, ListState.READING)).exists():
        raise SystemExit("The other merchant's lists were read too soon to be in anybody's way.")
    print(json.dumps({"idle": idle, "busy": busy, "rows": sum(much.values_list("rows_count", flat=True))}))


def _bring_much(campaign: Campaign, file: Path) -> None:
    for number in range(FILES):
        with file.open("rb") as content:
            _nudged(create_list(campaign=campaign, name=f"F{number}", content=File(content, file.name), actor=None))
    for number in range(PASTES):
        lines = (f"guest{number}.{line}@example.com" for line in range(PASTED // 30))
        _nudged(create_list(campaign=campaign, name=f"P{number}", content="\n".join(lines), actor=None))


def _nudged(guest_list: GuestList) -> GuestList:
    nudge(tasks.read_list, guest_list.pk)
    return guest_list


def _small(campaign: Campaign, number: int) -> float:
    """Seconds from bringing a small list until Thanx has it."""
    began = time.perf_counter()
    text = "\n".join(f"small{number}.{line}@example.com" for line in range(FEW))
    guest_list = _nudged(create_list(campaign=campaign, name=f"S{number}", content=text, actor=None))
    while guest_list.state in (ListState.UPLOADED, ListState.READING):
        time.sleep(LOOK)
        guest_list.refresh_from_db()
    if guest_list.state != ListState.CHECKED:
        raise SystemExit(f"The list wasn't read: {guest_list.state} {guest_list.problem}")
    read = time.perf_counter() - began
    launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=False)
    nudge(tasks.work_list, guest_list.pk)
    while not IssuanceJob.objects.filter(guest_list=guest_list, accepted_at__isnull=False).exists():
        time.sleep(LOOK)
    took = time.perf_counter() - began
    print(f"small list {number}: read {read:.2f} s, sent {took:.2f} s", file=sys.stderr)
    return took
