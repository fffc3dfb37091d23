"""Files in a bucket of an S3-compatible store, which all machines of a portal share.

It fails as a folder does: by FileNotFoundError for what isn't there, and else by an OSError, `StoreFails`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3File, S3Storage

from thanxportal.store_address import address_of
from thanxportal.stored_files import StoreFails

IN_MEMORY = 1024 * 1024  # bytes of a file that is read; a longer one is in a nameless file of this machine
ONE_REQUEST = 5 * 1024**3  # bytes that S3 takes whole: of a process that dies, no parts stay behind
UNTOLD = ("AccessDenied", "403", "NotImplemented", "501", "MethodNotAllowed", "405")
# Stores that only resemble S3 know no newer checksums than those of the signature.
PLAIN = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}


def as_of_a_folder(method: Callable[..., Any]) -> Callable[..., Any]:
    """Has a method fail as those of folders do."""

    @wraps(method)
    def told(*args: Any, **named: Any) -> Any:
        try:
            return method(*args, **named)
        except (BotoCoreError, Boto3Error, ClientError) as error:
            code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
            kind = FileNotFoundError if code in ("404", "NoSuchKey") else StoreFails
            raise kind(f"{type(error).__name__} {code}".strip()) from error

    return told


class ObjectStore(S3Storage):  # type: ignore[misc]
    """A bucket, or the part of it below a prefix. What it holds is as private as the bucket."""

    _save, delete, exists = map(as_of_a_folder, (S3Storage._save, S3Storage.delete, S3Storage.exists))
    size, listdir = map(as_of_a_folder, (S3Storage.size, S3Storage.listdir))
    get_modified_time = as_of_a_folder(S3Storage.get_modified_time)

    def __init__(self, url: str, *, seconds: int = 20, attempts: int = 2) -> None:
        """A request may be silent for so many seconds, and is tried so often."""
        address = address_of(url)
        style = {"addressing_style": "path" if address.endpoint else "auto"}
        super().__init__(
            bucket_name=address.bucket,
            location=address.prefix,
            endpoint_url=address.endpoint,
            region_name=address.region,
            file_overwrite=False,
            max_memory_size=IN_MEMORY,
            transfer_config=TransferConfig(multipart_threshold=ONE_REQUEST, use_threads=False),
            client_config=Config(
                signature_version="s3v4",
                s3=style,
                connect_timeout=3,
                read_timeout=seconds,
                retries={"total_max_attempts": attempts, "mode": "standard"},
                **PLAIN,
            ),
        )

    @as_of_a_folder
    def make_bucket(self) -> None:
        """Makes the bucket unless it is there."""
        client = self.connection.meta.client
        try:
            client.head_bucket(Bucket=self.bucket_name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            client.create_bucket(Bucket=self.bucket_name)

    @as_of_a_folder
    def keeps_deleted(self) -> bool | None:
        """Whether what is deleted stays as an older version; None if the store doesn’t let us know."""
        try:
            told = self.connection.meta.client.get_bucket_versioning(Bucket=self.bucket_name)
        except ClientError as error:
            if error.response["Error"]["Code"] in UNTOLD:
                return None
            raise
        return bool(told.get("Status") == "Enabled")

    @as_of_a_folder
    def put_empty(self, name: str) -> None:
        """An object that says all by its name; of that name there is one."""
        self.bucket.Object(self._normalize_name(name)).put(Body=b"")

    @as_of_a_folder
    def _open(self, name: str, mode: str = "rb") -> S3File:
        """Fetches the file at once, as opening has to find out whether that works."""
        return super()._open(name, mode).open()
