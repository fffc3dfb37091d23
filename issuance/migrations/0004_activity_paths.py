"""Lines of the log that tell of a guest list get the path to its page."""

from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Concat, Substr


def keep_paths(apps, schema_editor):
    handle = Subquery(apps.get_model("accounts", "Merchant").objects.filter(pk=OuterRef("merchant")).values("handle"))
    path = Concat(Value("/m/"), handle, Value("/lists/"), Substr("target", len("list:") + 1), Value("/"))
    lines = apps.get_model("accounts", "Activity").objects.filter(target__startswith="list:", path="")
    lines.update(path=path)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_activity_path"), ("issuance", "0003_needs_staff")]
    operations = [migrations.RunPython(keep_paths, migrations.RunPython.noop, elidable=True)]
