from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import campaigns.models.campaigns


def keep_the_split(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A campaign that is there goes on assigning guests as before: by its number."""
    for campaign in apps.get_model("campaigns", "Campaign").objects.only("uuid").iterator():
        type(campaign).objects.filter(pk=campaign.pk).update(salt=campaign.uuid.bytes)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_location_time_zone")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="salt",
            field=models.BinaryField(
                default=campaigns.models.campaigns.new_salt,
                help_text="Of the split. Nobody who could choose guests by it may choose it.",
                max_length=16,
            ),
        ),
        migrations.RunPython(keep_the_split, migrations.RunPython.noop),
    ]
