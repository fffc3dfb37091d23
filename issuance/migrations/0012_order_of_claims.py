from typing import Any

from django.db import migrations, models


def note_last_claims(apps: Any, schema_editor: Any) -> None:
    """Decisions made before this have only their time to go by."""
    claims, decisions = (
        apps.get_model("issuance", name).objects.using(schema_editor.connection.alias)
        for name in ("GuestClaim", "ClaimOverride")
    )
    for decision in decisions.select_related("guest_list"):
        before = claims.filter(campaign=decision.guest_list.campaign_id, claimed_at__lte=decision.decided_at)
        decision.last_claim = before.order_by("-pk").values_list("pk", flat=True).first() or 0
        decision.save(update_fields=["last_claim"])


class Migration(migrations.Migration):
    dependencies = [
        ("issuance", "0011_privacy"),
    ]

    operations = [
        migrations.AddField(
            model_name="claimoverride",
            name="last_claim",
            field=models.BigIntegerField(default=0, help_text="The latest claim of anybody when it was decided."),
        ),
        migrations.RunPython(note_last_claims, migrations.RunPython.noop),
    ]
