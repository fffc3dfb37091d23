from django.db import migrations
from django.db.models import Exists, OuterRef
from django.utils import timezone


def end_tokens_of_who_left(apps, schema_editor):
    """As from now on whenever somebody leaves, sinks or is locked: a token ends with the rights of who made it."""
    ApiToken, Membership = apps.get_model("accounts", "ApiToken"), apps.get_model("accounts", "Membership")
    managers = Membership.objects.using(schema_editor.connection.alias).filter(
        merchant=OuterRef("merchant"), user=OuterRef("created_by"), role="manager", user__is_active=True
    )
    left = ApiToken.objects.using(schema_editor.connection.alias).filter(~Exists(managers), ended_at=None, partner_token=None)
    left.update(ended_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0022_programs_and_folders"),
    ]

    operations = [
        migrations.RunPython(end_tokens_of_who_left, migrations.RunPython.noop),
    ]
