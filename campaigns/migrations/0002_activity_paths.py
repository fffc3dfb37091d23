"""Lines of the log that tell of a campaign get the path to its page, unless it was deleted."""

from django.db import migrations
from django.db.models import CharField, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat, Substr


def keep_paths(apps, schema_editor):
    handle = Subquery(apps.get_model("accounts", "Merchant").objects.filter(pk=OuterRef("merchant")).values("handle"))
    targets = Concat(Value("campaign:"), Cast("pk", CharField()))
    campaigns = apps.get_model("campaigns", "Campaign").objects.annotate(target=targets)
    still_there = Exists(campaigns.filter(merchant=OuterRef("merchant"), target=OuterRef("target")))
    path = Concat(Value("/m/"), handle, Value("/campaigns/"), Substr("target", len("campaign:") + 1), Value("/"))
    apps.get_model("accounts", "Activity").objects.filter(still_there, path="").update(path=path)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_activity_path"), ("campaigns", "0001_squashed")]
    operations = [migrations.RunPython(keep_paths, migrations.RunPython.noop, elidable=True)]
