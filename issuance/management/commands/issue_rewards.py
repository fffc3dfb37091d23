"""Issue a campaign's rewards to the guests of a file, from a terminal or a script."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from campaigns.models import Campaign
from campaigns.publishing_rules import OPTED_OUT
from issuance import tasks
from issuance.importing.new_list import CampaignTakesNoLists, create_list
from issuance.launching.launch import has_opted_out, launch_list
from issuance.models import GuestList
from issuance.models.states import LIST_ENDED, ListState
from issuance.worker.due_work import drive_due_work, seconds_to_next_due
from thanxportal.celery import nudge


class Command(BaseCommand):
    help = "Uploads FILE as a guest list of a published campaign, checks it and issues the rewards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX or ODS with guest emails or phones")
        parser.add_argument("--campaign", type=int, required=True, help="the portal's id of the campaign")
        parser.add_argument(
            "--hold", action="store_true", help="wait before issuing, as after a launch from a page; stopping is free"
        )
        parser.add_argument(
            "--wait", action="store_true", help="do the work here, without worker or broker, until the list has ended"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        guest_list = self._create(options["campaign"], options["file"])
        self._read(guest_list)
        if guest_list.state == ListState.UNREADABLE:
            raise CommandError(guest_list.problem)
        if not guest_list.waiting_count:
            self.stderr.write("No guest in the file can be rewarded.")
        token = guest_list.confirm_token
        launch_list(guest_list=guest_list, token=token, actor=None, hold=options["hold"])
        if guest_list.state == ListState.AWAITING_APPROVAL:
            self.stderr.write(f"Above the threshold of {guest_list.merchant}: an approver has to approve it first.")
        elif options["wait"]:
            self._drive(guest_list)
        else:
            nudge(tasks.work_list, guest_list.pk)
        self._report(guest_list, expect_closed=options["wait"])

    def _create(self, campaign_id: int, path: Path) -> GuestList:
        campaign = Campaign.objects.select_related("merchant").filter(pk=campaign_id).first()
        if campaign is None:
            raise CommandError(f"There is no campaign {campaign_id}.")
        if campaign.merchant.opted_out:
            raise CommandError(OPTED_OUT.format(campaign.merchant, "nothing can be issued"))
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            with path.open("rb") as file:
                return create_list(campaign=campaign, name=path.stem, content=File(file, path.name), actor=None)
        except CampaignTakesNoLists as refusal:
            raise CommandError(str(refusal)) from refusal

    def _read(self, guest_list: GuestList) -> None:
        """Here, or by a worker that was faster."""
        while guest_list.state in (ListState.UPLOADED, ListState.READING):
            drive_due_work(list_id=guest_list.pk)
            guest_list.refresh_from_db()
            if guest_list.state in (ListState.UPLOADED, ListState.READING):
                time.sleep(0.2)

        if guest_list.state == ListState.MAPPING:
            raise CommandError("It isn't clear which columns hold the guests. Choose them on the page of the list.")

    def _drive(self, guest_list: GuestList) -> None:
        while guest_list.state in (ListState.HELD, ListState.ISSUING):
            drive_due_work(list_id=guest_list.pk)
            guest_list.refresh_from_db()
            if why := self._why_for_a_person(guest_list):
                self.stderr.write(why)
                return
            if guest_list.state not in LIST_ENDED:
                time.sleep(seconds_to_next_due(most=1.0, list_id=guest_list.pk))

    def _why_for_a_person(self, guest_list: GuestList) -> str:
        """Waiting any longer here would be waiting for ever."""
        if guest_list.safety_stop_at:
            return "Stopped by the safety check: too many of the guests sent ahead got nothing. Decide on its page."
        if has_opted_out(guest_list):
            return OPTED_OUT.format(guest_list.merchant, "what isn’t sent yet waits")
        return "It is parked: making its jobs failed five times. Ask staff to look." if guest_list.parked else ""

    def _report(self, guest_list: GuestList, *, expect_closed: bool) -> None:
        guest_list.refresh_from_db()
        summary = {"list": guest_list.pk, "state": guest_list.state, "closed": guest_list.closed}
        self.stdout.write(json.dumps(summary | guest_list.ledger))
        if expect_closed and not guest_list.closed:
            raise SystemExit(1)
