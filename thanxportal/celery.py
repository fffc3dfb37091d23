"""The Celery application. Workers find work in the database; a message only says where to look first."""

import gc
import logging
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from django.db import transaction
from kombu.transport import TRANSPORT_ALIASES

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


def nudge(task: Any, *args: Any) -> None:
    """Sends `task` after the commit. If the broker is down, the sweep finds the row some seconds later."""

    def send() -> None:
        try:
            task.delay(*args)
        except Exception as error:
            log.error("The broker takes no messages (%s). Workers find the work all the same.", type(error).__name__)

    transaction.on_commit(send)
