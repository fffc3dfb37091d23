"""Whether an arm stands out is told by its interval alone, so those that didn't reach none."""

from typing import Any

from django.db import migrations


def forget_verdicts(apps: Any, schema_editor: Any) -> None:
    for read_out in apps.get_model("issuance", "ReadOut").objects.filter(numbers__isnull=False):
        for arm in read_out.numbers["arms"]:
            arm.pop("p", None)
            if not arm.pop("stands_out", False) and arm["more_visits"]:
                estimate, low, high, p = arm["more_visits"]
                arm["more_visits"] = [estimate, min(low, 0.0), max(high, 0.0), p]
        read_out.save(update_fields=["numbers"])


class Migration(migrations.Migration):
    dependencies = [("issuance", "0020_read_outs_by_index")]

    operations = [migrations.RunPython(forget_verdicts, migrations.RunPython.noop)]
