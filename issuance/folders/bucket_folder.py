"""The same as part of a bucket: an object is there as a whole or not at all, and its key is only a name."""

from __future__ import annotations

from typing import IO, Any

from issuance.folders.dropped import DONE, REFUSED, Changes, check_size, copy_exactly, is_meant
from thanxportal.object_store import ObjectStore, as_of_a_folder


class BucketFolder:
    def __init__(self, store: ObjectStore, *names: str) -> None:
        self._bucket = store.bucket
        self._prefix = "/".join(part for part in (store.location.strip("/"), *names) if part) + "/"

    @as_of_a_folder
    def whole_files(self, before: float) -> list[str]:
        objects = self._bucket.objects.filter(Prefix=self._prefix, Delimiter="/")
        rest = [each.key for each in objects if each.last_modified.timestamp() < before]
        names = sorted(key.removeprefix(self._prefix) for key in rest)
        return [name for name in names if name and is_meant(name)]

    @as_of_a_folder
    def folders(self, before: float) -> list[str]:
        listed = self._bucket.meta.client.list_objects_v2(Bucket=self._bucket.name, Prefix=self._prefix, Delimiter="/")
        names = (each["Prefix"].removeprefix(self._prefix)[:-1] for each in listed.get("CommonPrefixes", ()))
        return [name for name in names if name not in (DONE, REFUSED) and name and is_meant(name)]

    @as_of_a_folder
    def copy(self, name: str, target: IO[bytes]) -> str:
        answer = self._object(name).get()
        check_size(answer["ContentLength"])
        copy_exactly(answer["Body"].read, target, answer["ContentLength"])
        return str(answer["ETag"])

    @as_of_a_folder
    def move(self, name: str, into: str, as_name: str, copied: str | None) -> None:
        """A bucket moves nothing: it copies and deletes. What takes the object's place in between stays."""
        own, there = self._object(name), self._object(f"{into}/{as_name}")
        if copied and own.e_tag != copied:
            raise Changes
        there.copy_from(CopySource={"Bucket": own.bucket_name, "Key": own.key})
        own.reload()
        if copied and own.e_tag != copied:
            there.delete()
            raise Changes
        own.delete()

    def mark(self, copied: str) -> str:
        return ""

    def bring_back_changed(self, inside: str, name: str, mark: str) -> bool:
        return False

    @as_of_a_folder
    def delete(self, inside: str, name: str) -> bool:
        self._object(f"{inside}/{name}").delete()
        return True

    def _object(self, name: str) -> Any:
        return self._bucket.Object(self._prefix + name)
