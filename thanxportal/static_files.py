"""Static files under hashed names. The list of all of them lies beside their folder, as what is in it is public."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        beside = FileSystemStorage(f"{Path(settings.STATIC_ROOT)}-manifest")
        super().__init__(*args, manifest_storage=beside, **options)

    def save_manifest(self) -> None:
        super().save_manifest()
        (Path(self.location) / self.manifest_name).unlink(missing_ok=True)  # Earlier versions kept it there.
