"""The doors through which Celery comes in. Each message is only a nudge to look at a row."""

import logging

from celery import shared_task

from issuance.checking import background_repairs
from issuance.engine import planning, reconcile
from issuance.exports.folder import take_from_folder
from issuance.models import Rehearsal
from issuance.privacy import removal
from issuance.worker import due_work, sweeper
from thanxportal.celery import nudge
from thanxportal.partner import api_log
from thanxportal.queues import BEAT, SENDING, tell_served

log = logging.getLogger(__name__)
sweeper.connect()


@shared_task
def read_list(list_id: int) -> None:
    """Reads what is due in fair order, which need not begin with this list."""
    due_work.read_in_turn()


@shared_task
def repair_list(list_id: int) -> None:
    background_repairs.make_ordered_repair(list_id)


@shared_task
def work_list(list_id: int) -> None:
    planning.plan_list(list_id)
    due_work.drive_due_work(list_id=list_id)


@shared_task
def work_job(job_id: int) -> None:
    due_work.work_job(job_id)


@shared_task
def load_exports() -> None:
    try:
        take_from_folder()
    finally:
        due_work.load_due_exports()
        nudge(compute_read_outs)


@shared_task
def remove_personal_data() -> None:
    """What there is no time for now is removed the next time."""
    removal.remove_personal_data(seconds=100)


@shared_task
def trim_api_log() -> None:
    """What there is no time for now is deleted the next time."""
    api_log.trim(seconds=100, kept=Rehearsal.covers("at"))


@shared_task
def compute_read_outs() -> None:
    due_work.compute_due_read_outs()


@shared_task
def reconcile_all() -> None:
    """Nightly: every difference becomes an error in the log, by ids."""
    for sentence in reconcile.reconcile().differences:
        log.error("Reconcile: %s", sentence)


@shared_task
def sweep() -> None:
    tell_served([BEAT])
    due_work.drive_due_work(kinds=(SENDING,))
