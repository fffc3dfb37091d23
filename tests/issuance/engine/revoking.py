"""Revocations as the tests send them: on a wire that notes them, by plans that are confirmed as they are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import httpx
import pytest

from issuance.models import IssuanceJob, RevocationPlan
from issuance.staff.revocation_plans import CantRevoke, confirm_plan, effect_of_plan, target_of
from tests.world import ThroughTheSimulator
from thanxportal.accounts.models import User
from thanxportal.partner_simulator import Simulator
from thanxportal.reviewed import sign

GUESTS = "\n".join(f"guest{number}@example.com" for number in range(10))
ENDED_AT_THANX = {"completed", "failed"}


class Wire(ThroughTheSimulator):
    """Notes each revocation that is sent, and each state that Thanx tells; answers the next `refuses` with `status`."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.log: list[str] = []
        self.refuses, self.status = 0, 422

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/revoke"):
            self.log.append("revoke")
            if self.refuses:
                self.refuses -= 1
                return httpx.Response(self.status, json={"error": {"code": "RULE", "message": "no"}}, request=request)
        response = super().handle_request(request)
        if request.method == "GET" and "/issuance_jobs/" in request.url.path and response.status_code == 200:
            response.read()
            self.log.append(response.json()["issuance_job"]["state"])
        return response

    @property
    def sent(self) -> int:
        return self.log.count("revoke")

    def never_blind(self) -> bool:
        """Between two revocations Thanx has shown the job as ended."""
        posts = [at for at, what in enumerate(self.log) if what == "revoke"]
        return all(ENDED_AT_THANX & {*self.log[first:second]} for first, second in pairwise(posts))


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def confirm(plan: RevocationPlan, by: User) -> list[IssuanceJob]:
    """As it is now."""
    return confirm_plan(plan=plan, actor=by, seen=sign(target_of(plan), effect_of_plan(plan).facts))


def click_twice(plan: RevocationPlan, by: User) -> None:
    assert confirm(plan, by)
    with pytest.raises(CantRevoke):
        confirm(RevocationPlan.objects.get(pk=plan.pk), by)


def state_of(job: IssuanceJob) -> str:
    return IssuanceJob.objects.values_list("state", flat=True).get(pk=job.pk)
