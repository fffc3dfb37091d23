"""What a person chose once for files with the same header."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from thanxportal.accounts.models import Merchant


class ColumnMapping(models.Model):
    """The columns that a person of this merchant chose for files with one header, used by itself the next time."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="column_mappings", db_index=False)
    header_hash = models.CharField(max_length=64, help_text="SHA-256 of the names of the columns, in order.")
    mapping = models.JSONField(help_text="Email and phone column, from 0; null for none.")
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "header_hash"], name="one_mapping_per_header")]

    def __str__(self) -> str:
        return f"Mapping {self.pk}"
