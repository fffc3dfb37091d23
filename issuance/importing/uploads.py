"""Uploaded files are kept for a while after they were read, and then deleted; the rows of the list keep their cells."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from issuance.models import GuestList
from issuance.models.states import ListState

UNREAD = (ListState.UPLOADED, ListState.READING, ListState.MAPPING)


def delete_old_uploads() -> int:
    """Deletes the files of lists that were brought longer ago than the retention and were read; returns how many."""
    before = timezone.now() - timedelta(days=settings.UPLOAD_RETENTION_DAYS)
    old = GuestList.objects.filter(created_at__lt=before).exclude(file="").exclude(state__in=UNREAD)
    deleted = 0
    for guest_list in old.order_by("pk").iterator():
        guest_list.file.delete(save=False)
        info = {key: value for key, value in guest_list.file_info.items() if key != "columns"}  # It has samples.
        deleted += GuestList.objects.filter(pk=guest_list.pk).update(file="", file_info=info)
    return deleted
