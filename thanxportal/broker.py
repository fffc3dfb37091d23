"""The doors of the broker, files in a folder or Redis: what is no message of ours is set aside and ends no worker."""

from __future__ import annotations

import logging
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from celery import current_app
from celery.worker import consumer
from kombu.exceptions import ChannelError
from kombu.transport import redis, virtual
from kombu.utils.json import dumps, loads

from thanxportal.queues import EVERY
from thanxportal.seldom import Seldom

LARGEST = 64 * 1024  # bytes; ours have less than 2 KB
KEPT = 100  # messages that are set aside, at most
SET_ASIDE = "set-aside"  # the folder, or the key in Redis
log = Seldom(logging.getLogger(__name__))


def message_in(raw: bytes, queue: str) -> dict[str, Any] | None:
    """Returns the message, or None if a worker couldn't make anything of it: cut off, huge, or of another program."""
    try:
        message: dict[str, Any] = loads(raw.decode()) if len(raw) <= LARGEST else {}
        properties, delivery = message["properties"], message["properties"]["delivery_info"]
        texts = (properties["delivery_tag"], delivery["exchange"], delivery["routing_key"], message["content-type"])
        sound = all(isinstance(text, str) for text in texts) and _is_nudge(message, queue)
    except Exception:  # Whatever is wrong with it, somebody else wrote it.
        return None
    return message if sound else None


def _is_nudge(message: dict[str, Any], queue: str) -> bool:
    """Tells whether it is for one of our tasks. Other queues are those of Celery's remote control."""
    if queue not in EVERY:
        return True
    arguments, options, _ = loads(b64decode(message["body"], validate=True))
    known = message["headers"]["task"] in current_app.tasks
    return known and isinstance(arguments, list) and isinstance(options, dict)


def _tell(size: int, queue: str) -> None:
    log.error("A message of %d bytes in the queue %s is none of ours, and was set aside.", size, queue)


class Files(virtual.Channel):
    """A message is a file. It appears by one rename and is taken by one, so that nobody reads half of it."""

    @property
    def _folder(self) -> Path:
        folder = Path(self.connection.client.transport_options["folder"])  # type: ignore[union-attr, index]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _waiting(self, queue: str) -> list[Path]:
        return sorted(path for path in self._folder.iterdir() if path.name.endswith(f".{queue}.msg"))

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        try:
            path = self._folder / f"{time.time_ns()}_{uuid4()}.{queue}.msg"
            _write(path, dumps(message))
        except OSError as error:
            raise ChannelError(f"No message can be written: {error.strerror}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            message = self._oldest(queue)
        except OSError as error:
            log.error("The folder of the broker can't be used: %s. Workers find the work all the same.", error.strerror)
            message = None
        if message is None:
            raise Empty
        return message

    def _oldest(self, queue: str) -> dict[str, Any] | None:
        for taken in self._taken(queue):
            with taken.open("rb") as file:
                raw = file.read(LARGEST + 1)
            if message := message_in(raw, queue):
                taken.unlink()
                return message
            _tell(taken.stat().st_size, queue)
            self._set_aside(taken)
        return None

    def _taken(self, queue: str) -> Iterator[Path]:
        """Yields files that nobody else has, the oldest first."""
        for path in self._waiting(queue):
            with suppress(FileNotFoundError):  # Another worker was faster.
                yield path.rename(path.with_suffix(".taken"))

    def _set_aside(self, taken: Path) -> None:
        folder = self._folder / SET_ASIDE
        folder.mkdir(exist_ok=True)
        taken.rename(folder / taken.name)
        for old in sorted(folder.iterdir())[:-KEPT]:
            old.unlink(missing_ok=True)

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        taken = list(self._taken(queue))
        for path in taken:
            path.unlink()
        return len(taken)


def _write(path: Path, text: str) -> None:
    """Writes a file that is whole as soon as it has its name."""
    part = path.with_suffix(".part")
    try:
        part.write_text(text)
        part.rename(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


class FileTransport(virtual.Transport):
    """The broker of one machine. It takes no remote control, for which each worker would need a queue of its own."""

    Channel = Files
    driver_type = driver_name = "filesystem"


class Redis(redis.Channel):
    """Redis. A message that a worker couldn't read is gone from the queue when it comes, and kept under another key."""

    def _create_client(self, asynchronous: bool = False) -> Any:
        client = super()._create_client(asynchronous)  # type: ignore[misc]
        client.set_response_callback("BRPOP", self._read)
        return client

    def _read(self, popped: list[bytes] | None, **_: Any) -> tuple[bytes, bytes] | None:
        """Returns what BRPOP brought; None, as if it had brought nothing, for what is set aside."""
        if not popped:
            return None
        key, raw = popped
        queue = key.decode().split(self.sep)[0]
        if message_in(raw, queue):
            return key, raw
        _tell(len(raw), queue)
        with self.conn_or_acquire() as client:
            client.lpush(SET_ASIDE, raw[:LARGEST])
            client.ltrim(SET_ASIDE, 0, KEPT - 1)
        return None


class RedisTransport(redis.Transport):
    Channel = Redis


class Consumer(consumer.Consumer):
    """Drops what Celery can't make a task of, instead of ending the worker or telling the log what is in it."""

    def create_task_handler(self, *args: Any, **options: Any) -> Any:
        take = super().create_task_handler(*args, **options)

        def take_or_drop(message: Any) -> None:
            try:
                take(message)
            except self.connection_errors:  # type: ignore[attr-defined]
                raise
            except Exception as error:
                self._drop(message, error)

        return take_or_drop

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        self._drop(message, exc)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        self._drop(message, exc)

    def _drop(self, message: Any, error: Exception) -> None:
        log.error("A message was dropped, as no task can be made of it: %s.", type(error).__name__)
        message.reject_log_error(logging.getLogger(__name__), self.connection_errors)  # type: ignore[attr-defined]
