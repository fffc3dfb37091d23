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
from issuance import tasks
from issuance.importing.new_list import CampaignTakesNoLists, create_list
from issuance.launching.launch import launch_list
from issuance.models import RecipientList
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
        recipient_list = self._create(options["campaign"], options["file"])
        self._read(recipient_list)
        if recipient_list.state == ListState.UNREADABLE:
            raise CommandError(recipient_list.problem)
        if not recipient_list.waiting_count:
            self.stderr.write("No guest in the file can be rewarded.")
        token = recipient_list.confirm_token
        launch_list(recipient_list=recipient_list, token=token, actor=None, hold=options["hold"])
        if recipient_list.state == ListState.AWAITING_APPROVAL:
            self.stderr.write(f"Above the threshold of {recipient_list.merchant}: an approver has to approve it first.")
        elif options["wait"]:
            self._drive(recipient_list)
        else:
            nudge(tasks.work_list, recipient_list.pk)
        self._report(recipient_list, expect_closed=options["wait"])

    def _create(self, campaign_id: int, path: Path) -> RecipientList:
        campaign = Campaign.objects.select_related("merchant").filter(pk=campaign_id).first()
        if campaign is None:
            raise CommandError(f"There is no campaign {campaign_id}.")
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            with path.open("rb") as file:
                return create_list(campaign=campaign, name=path.stem, content=File(file, path.name), actor=None)
        except CampaignTakesNoLists as refusal:
            raise CommandError(str(refusal)) from refusal

    def _read(self, recipient_list: RecipientList) -> None:
        """Here, or by a worker that was faster."""
        while recipient_list.state in (ListState.UPLOADED, ListState.READING):
            drive_due_work(list_id=recipient_list.pk)
            recipient_list.refresh_from_db()
            if recipient_list.state in (ListState.UPLOADED, ListState.READING):
                time.sleep(0.2)

        if recipient_list.state == ListState.MAPPING:
            raise CommandError("It isn't clear which columns hold the guests. Choose them on the page of the list.")

    def _drive(self, recipient_list: RecipientList) -> None:
        while recipient_list.state in (ListState.HELD, ListState.ISSUING):
            drive_due_work(list_id=recipient_list.pk)
            recipient_list.refresh_from_db()
            if why := self._why_for_a_person(recipient_list):
                self.stderr.write(why)
                return
            if recipient_list.state not in LIST_ENDED:
                time.sleep(seconds_to_next_due(most=1.0, list_id=recipient_list.pk))

    def _why_for_a_person(self, recipient_list: RecipientList) -> str:
        """Waiting any longer here would be waiting for ever."""
        if recipient_list.safety_stop_at:
            return "Stopped by the safety check: too many of the guests sent ahead got nothing. Decide on its page."
        return "It is parked: making its jobs failed five times. Ask staff to look." if recipient_list.parked else ""

    def _report(self, recipient_list: RecipientList, *, expect_closed: bool) -> None:
        recipient_list.refresh_from_db()
        summary = {"list": recipient_list.pk, "state": recipient_list.state, "closed": recipient_list.closed}
        self.stdout.write(json.dumps(summary | recipient_list.ledger))
        if expect_closed and not recipient_list.closed:
            raise SystemExit(1)
