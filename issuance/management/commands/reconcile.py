"""Check every sum of the engine against the rows it counts, from a terminal or a script."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from issuance.engine.reconcile import reconcile
from issuance.staff.resume_sending import CantResume, resume_sending
from thanxportal.accounts.models import User

SHORTEST_REASON = 10  # characters


class Command(BaseCommand):
    help = "Checks that every number adds up; prints each difference, then one JSON object. Fails on any difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resume-sending", action="store_true", help="resume sending if all adds up")
        parser.add_argument("--by", metavar="EMAIL", help="who resumes sending: staff with the right to do so")
        parser.add_argument("--reason", help="why it is safe: who looked at what, in one sentence")

    def handle(self, *args: Any, **options: Any) -> None:
        report = reconcile()
        for sentence in report.differences:
            self.stdout.write(sentence)
        closing = {"lists": report.lists, "jobs": report.jobs, "differences": len(report.differences)}
        self.stdout.write(json.dumps(closing))
        if report.differences:
            raise SystemExit(1)
        if options["resume_sending"]:
            self._release(options["by"], options["reason"])

    def _release(self, email: str | None, reason: str | None) -> None:
        actor = User.objects.filter(email=(email or "").lower(), is_active=True).first()
        if actor is None or not actor.has_perm("issuance.resume_sendingpause"):
            raise CommandError("Name who resumes sending with --by: staff who may resume sending.")
        if len(reason or "") < SHORTEST_REASON:
            raise CommandError("Say with --reason, in a whole sentence, why nothing can be issued twice.")
        try:
            resume_sending(actor=actor, reason=str(reason))
        except CantResume as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stderr.write("Sending goes on.")
