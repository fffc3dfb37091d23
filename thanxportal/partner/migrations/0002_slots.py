from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


def count_what_was_just_sent(apps, schema_editor):
    """The last quarter of an hour counts against the limits from the first request on."""
    requests = apps.get_model("partner", "ApiRequest").objects
    latest = requests.filter(at__gt=timezone.now() - timedelta(minutes=15)).order_by("-pk")
    moments = sorted(at.timestamp() for at in latest.values_list("at", flat=True)[:2_000])
    slots = apps.get_model("partner", "Slot").objects
    for credential in apps.get_model("partner", "Credential").objects.all() if moments else ():
        slots.bulk_create(
            slots.model(credential=credential, place=turn % 2_000, turn=turn, taken_at=at)
            for turn, at in enumerate(moments, start=1)
        )
        credential.slots_taken, credential.slot_taken_at = len(moments), moments[-1]
        credential.save(update_fields=["slots_taken", "slot_taken_at"])


class Migration(migrations.Migration):

    dependencies = [
        ('partner', '0001_squashed'),
    ]

    operations = [
        migrations.RemoveField(model_name='credential', name='peak_tat'),
        migrations.RemoveField(model_name='credential', name='sustained_tat'),
        migrations.RemoveField(model_name='credential', name='probed_at'),
        migrations.AddField(
            model_name='credential',
            name='probed_at',
            field=models.FloatField(help_text='When Thanx was last asked in vain whether it answers.', null=True),
        ),
        migrations.AddField(
            model_name='credential',
            name='slots_taken',
            field=models.BigIntegerField(default=0, help_text='Requests let through so far.'),
        ),
        migrations.AddField(
            model_name='credential',
            name='slot_taken_at',
            field=models.FloatField(default=0, help_text='When the last of them was.'),
        ),
        migrations.AddField(
            model_name='credential',
            name='clock_lag',
            field=models.FloatField(default=0, help_text="Seconds by which the database's clock was set back so far."),
        ),
        migrations.AddField(
            model_name='credential',
            name='arrival_spread',
            field=models.FloatField(default=0.6, help_text='Seconds by which some requests reach Thanx later than others, at most.'),
        ),
        migrations.AlterField(
            model_name='credential',
            name='blocked_until',
            field=models.FloatField(default=0, help_text='Set by a 429.'),
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('turn', models.BigIntegerField(help_text='Which request of the credential it was, from 1.')),
                ('taken_at', models.FloatField()),
                ('credential', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='partner.credential')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('credential', 'place'), name='slot_place')],
            },
        ),
        migrations.RunPython(count_what_was_just_sent, migrations.RunPython.noop),
    ]
