"""The Celery application. Workers find work in the database; a message only says where to look first."""

import gc
import logging
import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, task_postrun, task_prerun, worker_process_init, worker_ready
from django.db import transaction
from kombu.transport import TRANSPORT_ALIASES

from thanxportal import log_lines
from thanxportal.seldom import Seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")

log = Seldom(logging.getLogger(__name__))
# Only our own doors end no worker at a message that is none.
TRANSPORT_ALIASES |= {
    "filesystem": "thanxportal.broker:FileTransport",
    "redis": "thanxportal.broker:RedisTransport",
    "rediss": "thanxportal.broker:RedisTransport",
}
app = Celery("thanxportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
@worker_process_init.connect
def keep_what_is_loaded(**_: Any) -> None:
    """Excludes what is loaded at the start from garbage collection, which made reading a list 7 % slower."""
    gc.freeze()


@before_task_publish.connect
def take_request_along(headers: dict[str, Any], **_: Any) -> None:
    """A worker's lines name the request that its task comes from."""
    if request := log_lines.fact("request"):
        headers["portal_request"] = request


@task_prerun.connect
def begin_task(task_id: str, task: Any, args: list[Any], **_: Any) -> None:
    named = log_lines.arguments(task.run, args)
    request = getattr(task.request, "portal_request", None) or task_id
    log_lines.begin(request=request, task=task.name, **named)


@task_postrun.connect
def end_task(**_: Any) -> None:
    log_lines.begin()


def nudge(task: Any, *args: Any) -> None:
    """Sends `task` after the commit. If the broker is down, the sweep finds the row some seconds later."""

    def send() -> None:
        try:
            task.delay(*args)
        except Exception as error:
            log.error("The broker takes no messages (%s). Workers find the work all the same.", type(error).__name__)

    transaction.on_commit(send)
