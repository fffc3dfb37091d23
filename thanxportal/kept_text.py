"""A text that people type and that is kept for longer than guests are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from thanxportal.plain_text import nameless

if TYPE_CHECKING:
    Characters = models.CharField[str, str]
else:
    Characters = models.CharField


class KeptText(Characters):
    """Stores no email and no phone, whoever writes it and by which query."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return nameless(value)[: self.max_length] if isinstance(value, str) else value

    def deconstruct(self) -> Any:
        """To the database it is a column of characters."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options
