"""What Thanx can say after a restore: the jobs that it made, as staff get them by mail."""

from __future__ import annotations

import json

from thanxportal.partner_simulator import Simulator
from thanxportal.partner_simulator.clock import iso


def what_thanx_made(simulator: Simulator, *, with_keys: bool = True) -> str:
    """A line for each job, with the key under which it came or without."""
    answers = [(key, record.answer) for key, record in list(simulator.books.keys.items()) if record.answer]
    keys = {json.loads(answer)["issuance_job"]["id"]: key for key, answer in answers} if with_keys else {}
    return "\n".join(
        ",".join((job.id, job.campaign_id, job.variant_id, str(job.total), iso(job.created_at), keys.get(job.id, "")))
        for job in list(simulator.books.jobs.values())
    )
