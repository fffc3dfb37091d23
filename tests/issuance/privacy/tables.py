"""All that the database holds as one text, and whether it refuses a change."""

from __future__ import annotations

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.serializers import serialize
from django.db import IntegrityError, transaction
from django.db.models import BinaryField

from thanxportal.accounts.models import User


def everything() -> str:
    """Every row of every table but those of accounts; bytes and sessions as the text that they are, if they are one."""
    models = [model for model in apps.get_models() if model is not User]
    texts = [serialize("json", model._default_manager.all(), ensure_ascii=False) for model in models]
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join([*texts, *sessions, *(text for model in models for text in _bytes_of(model))])


def _bytes_of(model: type) -> list[str]:
    fields = [field.attname for field in model._meta.concrete_fields if isinstance(field, BinaryField)]  # type: ignore[attr-defined]
    rows = model._default_manager.values_list(*fields) if fields else []  # type: ignore[attr-defined]
    return [bytes(value or b"").decode("utf-8", "replace") for row in rows for value in row]


def refused(rows: object, **change: object) -> bool:
    try:
        with transaction.atomic():
            rows.update(**change)  # type: ignore[attr-defined]
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return False
