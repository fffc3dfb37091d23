import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('partner', '0001_initial'),
        ('partner', '0002_sends_and_probes'),
        ('partner', '0003_asked_in_vain'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ApiRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('method', models.CharField(max_length=6)),
                ('path', models.CharField(max_length=300)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('code', models.CharField(blank=True, max_length=80)),
                ('duration_ms', models.PositiveIntegerField()),
                ('merchant_id', models.CharField(blank=True, db_index=True, help_text="Thanx's id.", max_length=64)),
            ],
            options={
                'verbose_name': 'API request',
            },
        ),
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.CharField(max_length=200, unique=True)),
                ('peak_tat', models.FloatField(default=0)),
                ('sustained_tat', models.FloatField(default=0)),
                ('blocked_until', models.FloatField(default=0, help_text='Seconds since 1970; set by a 429.')),
                ('throttled_in_a_row', models.PositiveIntegerField(default=0)),
                ('refused_at', models.DateTimeField(blank=True, help_text='Since when Thanx answers 401 or 403.', null=True)),
                ('probed_at', models.DateTimeField(blank=True, help_text='When Thanx was last asked in vain whether it answers.', null=True)),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Names this database, whatever it is restored to.')),
                ('sent_count', models.BigIntegerField(default=0, help_text='Issue requests so far; never lowered.')),
                ('scopes', models.JSONField(default=list)),
                ('synced_at', models.DateTimeField(blank=True, null=True)),
                ('sync_asked_at', models.DateTimeField(blank=True, help_text='When somebody last asked for a refresh.', null=True)),
            ],
        ),
    ]
