import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('issuance', '0001_initial'),
        ('issuance', '0002_guards'),
        ('issuance', '0003_webhook_deliveries'),
        ('issuance', '0004_resolution'),
        ('issuance', '0005_undo_units_and_retries'),
        ('issuance', '0006_row_repairs'),
        ('issuance', '0007_claim_overrides'),
        ('issuance', '0008_approval'),
        ('issuance', '0009_reading_choices'),
        ('issuance', '0010_crashes_of_lists'),
        ('issuance', '0011_sending_holds'),
        ('issuance', '0012_fixed_guests'),
        ('issuance', '0013_list_tally'),
        ('issuance', '0014_guests_without_lookups'),
        ('issuance', '0015_what_a_state_says'),
        ('issuance', '0016_large_repairs'),
        ('issuance', '0017_lost_jobs'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
        ('campaigns', '0001_squashed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(help_text='Why they get another reward. No guests.', max_length=300)),
                ('guests_count', models.PositiveIntegerField(help_text='Guests brought back by the decision.')),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='IssuanceJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='From 1 within the list.')),
                ('label', models.CharField(blank=True, help_text='What its guests share: a value of a column.', max_length=120)),
                ('canary', models.BooleanField(default=False, help_text='Sent ahead of the rest to see how many are refused.')),
                ('total_count', models.PositiveIntegerField()),
                ('body', models.BinaryField()),
                ('body_sha256', models.CharField(max_length=64)),
                ('idempotency_key', models.UUIDField(unique=True)),
                ('state', models.CharField(choices=[('ready', 'Waiting to be sent'), ('sending', 'Being sent'), ('accepted', 'Being issued by Thanx'), ('completed', 'Completed'), ('failed', 'Failed at Thanx'), ('rejected', 'Refused by Thanx'), ('needs_review', 'Needs review'), ('revoking', 'Being revoked'), ('revoked', 'Revoked'), ('cancelled', 'Not sent')], default='ready', max_length=12)),
                ('partner_state', models.CharField(blank=True, help_text="Thanx's own word, verbatim.", max_length=40)),
                ('thanx_id', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('attempt_count', models.PositiveIntegerField(default=0, help_text='Sends, then polls, since the last change.')),
                ('crash_count', models.PositiveIntegerField(default=0, help_text='Leases that ran out: the worker died.')),
                ('in_doubt', models.BooleanField(default=False, help_text='A send got no clear answer; only a replay can tell.')),
                ('processed_count', models.PositiveIntegerField(default=0)),
                ('success_count', models.PositiveIntegerField(default=0)),
                ('failure_count', models.PositiveIntegerField(default=0)),
                ('problem_code', models.CharField(blank=True, max_length=80)),
                ('revoke_reason', models.CharField(blank=True, max_length=300)),
                ('revoke_sent_at', models.DateTimeField(blank=True, null=True)),
                ('planned_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('first_sent_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('news_at', models.DateTimeField(blank=True, help_text='When Thanx last told us anything.', null=True)),
                ('lost_since', models.DateTimeField(blank=True, help_text='Since when Thanx has not known it any more; empty after any news.', null=True)),
                ('webhooks_due_at', models.DateTimeField(blank=True, help_text='When its reward ids should have come by webhook; empty: not looked for.', null=True)),
                ('missing_reward_ids', models.PositiveIntegerField(blank=True, help_text='Rewards without an id at that time; later ones are still taken off.', null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.merchant')),
                ('revoke_requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='campaigns.variant')),
            ],
            options={
                'permissions': [('revoke_issuancejob', 'Can revoke issuance jobs'), ('unpark_issuancejob', 'Can return parked jobs to work')],
            },
        ),
        migrations.CreateModel(
            name='RecipientList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('one_guest', models.BooleanField(default=False, help_text='Made by the form for a single guest.')),
                ('reason', models.CharField(blank=True, help_text='Why the single guest is rewarded.', max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('uploaded', 'Waiting to be read'), ('reading', 'Reading'), ('mapping', 'Needs columns'), ('unreadable', 'Can’t be read'), ('checked', 'Ready for review'), ('repairing', 'Being repaired'), ('awaiting_approval', 'Waits for approval'), ('held', 'About to start'), ('issuing', 'Issuing'), ('finished', 'Finished'), ('stopped', 'Stopped'), ('discarded', 'Discarded')], default='uploaded', max_length=20)),
                ('file', models.FileField(blank=True, max_length=200, upload_to='lists/')),
                ('pasted', models.BooleanField(default=False)),
                ('file_info', models.JSONField(default=dict, help_text='Kind, encoding, columns and warnings, as read.')),
                ('mapping', models.JSONField(blank=True, default=dict, help_text='What a person chose: sheet, header_row, email, phone; columns from 0.')),
                ('problem', models.CharField(blank=True, help_text="Why it can't be read, in plain words.", max_length=400)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('crash_count', models.PositiveIntegerField(default=0, help_text='Leases that ran out in a row: the worker died.')),
                ('bytes_total', models.BigIntegerField(default=0)),
                ('bytes_read', models.BigIntegerField(default=0)),
                ('rows_count', models.PositiveIntegerField(default=0)),
                ('waiting_count', models.PositiveIntegerField(default=0)),
                ('control_count', models.PositiveIntegerField(default=0)),
                ('rewarded_count', models.PositiveIntegerField(default=0)),
                ('refused_count', models.PositiveIntegerField(default=0)),
                ('unknown_count', models.PositiveIntegerField(default=0)),
                ('already_rewarded_count', models.PositiveIntegerField(default=0)),
                ('revoked_count', models.PositiveIntegerField(default=0)),
                ('invalid_count', models.PositiveIntegerField(default=0)),
                ('duplicate_count', models.PositiveIntegerField(default=0)),
                ('repair_order', models.JSONField(blank=True, default=dict, help_text='What a worker is to repair: see `large_repairs`.')),
                ('tally', models.JSONField(default=dict, help_text='What the check page says of the guests: see `tally`.')),
                ('confirm_token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('asked_at', models.DateTimeField(blank=True, help_text='When the launcher asked for an approval.', null=True)),
                ('sent_back', models.CharField(blank=True, help_text='Why an approver sent it back.', max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('launched_at', models.DateTimeField(blank=True, null=True)),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('canary_size', models.PositiveIntegerField(default=0, help_text='Guests per arm sent ahead of the rest; 0: none.')),
                ('undo_size', models.PositiveIntegerField(default=0, help_text='Most guests in a job; 0: as many as Thanx takes.')),
                ('undo_column', models.CharField(blank=True, help_text='Column each of whose values gets own jobs.', max_length=120)),
                ('safety_stop_at', models.DateTimeField(blank=True, help_text='Too many canaries refused: rest waits.', null=True)),
                ('planned_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recipient_lists', to='campaigns.campaign')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('launched_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recipient_lists', to='accounts.merchant')),
                ('parent', models.ForeignKey(blank=True, help_text='The list whose refused guests this one sends again.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retries', to='issuance.recipientlist')),
            ],
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(help_text='Number in the file, from 1, the header included.')),
                ('type', models.CharField(choices=[('email', 'Email'), ('phone', 'Phone')], max_length=5)),
                ('value', models.CharField(max_length=254)),
                ('other', models.CharField(blank=True, help_text="The guest's second identifier, never sent.", max_length=254)),
                ('fixed', models.BooleanField(default=False)),
                ('cells', models.TextField(blank=True, help_text='The row as it stood in the file, its cells parted by U+001F.')),
                ('identity', models.BinaryField(help_text='Keyed hash of the identifier.', max_length=16)),
                ('outcome', models.CharField(choices=[('waiting', 'Waiting'), ('control', 'Control'), ('rewarded', 'Rewarded'), ('refused', 'Refused'), ('unknown', 'Unknown'), ('already_rewarded', 'Already rewarded'), ('revoked', 'Revoked')], max_length=16)),
                ('reason', models.CharField(blank=True, help_text='The code of a refusal.', max_length=80)),
                ('position', models.PositiveIntegerField(help_text="Index among the job's identifiers, from 0.", null=True)),
                ('reward_id', models.CharField(blank=True, max_length=64)),
                ('repeated_at', models.DateTimeField(help_text='When it had promised it.', null=True)),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recipients', to='issuance.issuancejob')),
                ('repeat_of', models.ForeignKey(db_constraint=False, db_index=False, help_text='A campaign that had promised this guest a reward when the list was read.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.campaign')),
                ('retry_of', models.ForeignKey(db_constraint=False, db_index=False, help_text='The refusal of the same row in the parent list.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retries', to='issuance.recipient')),
                ('variant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.variant')),
                ('recipient_list', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='issuance.recipientlist')),
            ],
        ),
        migrations.AddField(
            model_name='issuancejob',
            name='recipient_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='issuance.recipientlist'),
        ),
        migrations.CreateModel(
            name='GuestClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity', models.BinaryField(help_text='Keyed hash: survives the purge of personal data.', max_length=16)),
                ('claimed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('holds', models.BooleanField(default=True, help_text='False: stands beside another claim, under an override.')),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='campaigns.campaign')),
                ('override', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='issuance.claimoverride')),
                ('recipient_list', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='issuance.recipientlist')),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('old_state', models.CharField(blank=True, max_length=20)),
                ('new_state', models.CharField(max_length=20)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='issuance.issuancejob')),
                ('recipient_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='issuance.recipientlist')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='claimoverride',
            name='recipient_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='issuance.recipientlist'),
        ),
        migrations.CreateModel(
            name='Repair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='Which repair, such as country or edit.', max_length=20)),
                ('sentence', models.CharField(help_text='What was done, in plain words, without a guest in it.', max_length=200)),
                ('count', models.PositiveIntegerField(help_text='Rows that it changed.')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recipient_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='repairs', to='issuance.recipientlist')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RepairedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('before', models.JSONField(help_text='What is needed to put the row back: see `repairs`.')),
                ('repair', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='issuance.repair')),
            ],
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('linked', 'Thanx has it under this id'), ('never_executed', 'Thanx never executed it')], max_length=14)),
                ('thanx_id', models.CharField(blank=True, help_text="Thanx's id of the job; a GET confirms it.", max_length=64)),
                ('evidence', models.CharField(help_text="Thanx's written answer: who, when, ticket. No guests.", max_length=300)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='issuance.issuancejob')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'permissions': [('confirm_resolution', 'Can confirm resolutions of others')],
            },
        ),
        migrations.CreateModel(
            name='RowError',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(help_text='Number in the file, from 1, the header included.')),
                ('kind', models.CharField(choices=[('invalid', 'Invalid'), ('duplicate', 'Duplicate')], max_length=9)),
                ('code', models.CharField(max_length=60)),
                ('column', models.CharField(blank=True, max_length=120)),
                ('cells', models.JSONField(default=list, help_text='The row as it stood in the file.')),
                ('identity', models.BinaryField(help_text='Of a duplicate: the guest whom it repeats.', max_length=16, null=True)),
                ('recipient_list', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='row_errors', to='issuance.recipientlist')),
            ],
        ),
        migrations.CreateModel(
            name='SendingHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('in_force', models.BooleanField(default=True, editable=False)),
                ('raised_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.CharField(help_text='Why nothing new may be sent. One sentence, no guests.', max_length=300)),
                ('forgotten_count', models.BigIntegerField(default=0, help_text="Sends known to this machine that the database doesn't know of.")),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lift_reason', models.CharField(blank=True, max_length=300)),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('raised_by', models.ForeignKey(blank=True, help_text='Empty: the portal itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'permissions': [('lift_sendinghold', 'Can lift sending holds')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(help_text='Of the raw body: the same body again is the same delivery.', max_length=64)),
                ('event', models.CharField(blank=True, help_text='What Thanx calls it; one name for both spellings of the batch event.', max_length=80)),
                ('thanx_job_id', models.CharField(blank=True, max_length=64)),
                ('thanx_merchant_id', models.CharField(blank=True, max_length=64)),
                ('position', models.PositiveIntegerField(blank=True, help_text='Index of the guest in the job, from 0.', null=True)),
                ('reward_id', models.CharField(blank=True, max_length=64)),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('received_count', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('new', 'Received'), ('applied', 'Applied'), ('quarantined', 'Put aside'), ('ignored', 'Without effect')], default='new', max_length=11)),
                ('due_at', models.DateTimeField(blank=True, help_text='When it is looked at next; empty: never again.', null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='delivery_due'), models.Index(fields=['thanx_job_id'], name='delivery_of_job')],
                'constraints': [models.UniqueConstraint(fields=('sha256',), name='one_delivery_per_body'), models.CheckConstraint(condition=models.Q(('due_at', None), ('state__in', ('new', 'quarantined')), _connector='OR'), name='settled_delivery_is_never_due')],
            },
        ),
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('header_hash', models.CharField(help_text='SHA-256 of the names of the columns, in order.', max_length=64)),
                ('mapping', models.JSONField(help_text='Email and phone column, from 0; null for none.')),
                ('chosen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='column_mappings', to='accounts.merchant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('merchant', 'header_hash'), name='one_mapping_per_header')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.PositiveIntegerField()),
                ('body_sha256', models.CharField(max_length=64)),
                ('idempotency_key', models.UUIDField()),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('verdict', models.CharField(blank=True, help_text='accepted, not_sent, rejected or in_doubt.', max_length=20)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('code', models.CharField(blank=True, max_length=80)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='issuance.issuancejob')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('verdict', '')), models.Q(('finished_at__isnull', False), ('verdict__gt', '')), _connector='OR'), name='finished_attempt_has_a_verdict')],
            },
        ),
        migrations.AddIndex(
            model_name='recipientlist',
            index=models.Index(fields=['merchant', '-id'], name='issuance_re_merchan_6bd764_idx'),
        ),
        migrations.AddIndex(
            model_name='recipientlist',
            index=models.Index(condition=models.Q(('state__in', ('uploaded', 'reading', 'repairing', 'held', 'issuing'))), fields=['state'], name='list_running'),
        ),
        migrations.AddIndex(
            model_name='recipientlist',
            index=models.Index(condition=models.Q(('one_guest', True)), fields=['merchant', 'created_at'], name='list_of_one_guest'),
        ),
        migrations.AddConstraint(
            model_name='recipientlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('held', 'issuing')), _negated=True), ('launched_at__isnull', False), _connector='OR'), name='launched_list_says_when'),
        ),
        migrations.AddConstraint(
            model_name='recipientlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ('unreadable', 'finished', 'stopped', 'discarded'))), models.Q(models.Q(('state__in', ('unreadable', 'finished', 'stopped', 'discarded')), _negated=True), ('ended_at', None)), _connector='OR'), name='ended_list_says_when'),
        ),
        migrations.AddConstraint(
            model_name='recipientlist',
            constraint=models.CheckConstraint(condition=models.Q(('rows_count', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('waiting_count'), '+', models.F('control_count')), '+', models.F('rewarded_count')), '+', models.F('refused_count')), '+', models.F('unknown_count')), '+', models.F('already_rewarded_count')), '+', models.F('revoked_count')), '+', models.F('invalid_count')), '+', models.F('duplicate_count')))), name='ledger_closes'),
        ),
        migrations.AddConstraint(
            model_name='recipientlist',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('launched_by')), _negated=True), _connector='OR'), name='approved_by_another_person'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(fields=['recipient_list', 'outcome', 'row'], name='recipient_by_outcome'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('fixed', True)), fields=['recipient_list', 'row'], name='recipient_fixed'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('outcome', 'refused')), fields=['recipient_list', 'reason', 'row'], name='recipient_by_reason'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('repeat_of__isnull', False)), fields=['recipient_list', 'row'], name='recipient_repeated'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(fields=('recipient_list', 'row'), name='one_recipient_per_row'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(condition=models.Q(('retry_of__isnull', False)), fields=('retry_of',), name='one_retry_per_refusal'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(condition=models.Q(('job__isnull', False)), fields=('job', 'position'), name='one_recipient_per_position'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'control'), _negated=True), ('job', None), _connector='OR'), name='control_is_never_in_a_job'),
        ),
        migrations.AddIndex(
            model_name='issuancejob',
            index=models.Index(condition=models.Q(('state__in', ('ready', 'sending', 'accepted', 'needs_review', 'revoking'))), fields=['next_attempt_at'], name='job_due'),
        ),
        migrations.AddIndex(
            model_name='issuancejob',
            index=models.Index(condition=models.Q(('webhooks_due_at__isnull', False)), fields=['webhooks_due_at'], name='job_webhooks_due'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.UniqueConstraint(fields=('recipient_list', 'number'), name='one_job_per_number'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(('total_count__gte', 1), ('total_count__lte', 10000)), name='job_has_1_to_10000_guests'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('accepted', 'completed', 'failed', 'revoking', 'revoked')), _negated=True), ('thanx_id__isnull', False), _connector='OR'), name='accepted_job_has_thanx_id'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('accepted', 'completed', 'failed', 'revoking', 'revoked')), _negated=True), ('accepted_at__isnull', False), _connector='OR'), name='accepted_job_says_when'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('ready', 'sending', 'accepted'))), models.Q(models.Q(('state__in', ('ready', 'sending', 'accepted')), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='ended_job_says_when'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', False), ('state', 'revoked')), models.Q(models.Q(('state', 'revoked'), _negated=True), ('revoked_at', None)), _connector='OR'), name='revoked_job_says_when'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('needs_review', 'rejected')), _negated=True), ('problem_code__gt', ''), _connector='OR'), name='problem_has_a_code'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('ready', 'sending', 'accepted', 'needs_review', 'revoking')), models.Q(('lease_until', None), ('next_attempt_at', None)), _connector='OR'), name='done_job_is_never_due'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(('in_doubt', False), ('first_sent_at__isnull', False), _connector='OR'), name='doubt_begins_with_a_send'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('ready', 'cancelled')), _negated=True), ('first_sent_at', None), _connector='OR'), name='unsent_job_was_not_sent'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(('processed_count__lte', models.F('total_count')), ('total_count__gte', django.db.models.expressions.CombinedExpression(models.F('success_count'), '+', models.F('failure_count')))), name='job_counts_stay_within_its_guests'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('completed', 'revoking', 'revoked')), models.Q(('failure_count', 0), ('success_count', 0)), _connector='OR'), name='only_an_end_counts'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'completed'), _negated=True), ('total_count', django.db.models.expressions.CombinedExpression(models.F('success_count'), '+', models.F('failure_count'))), _connector='OR'), name='completed_job_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('first_sent_at__isnull', False), _connector='OR'), name='intent_before_send'),
        ),
        migrations.AddIndex(
            model_name='guestclaim',
            index=models.Index(condition=models.Q(('holds', False)), fields=['campaign', 'identity'], name='claim_beside_another'),
        ),
        migrations.AddConstraint(
            model_name='guestclaim',
            constraint=models.UniqueConstraint(condition=models.Q(('holds', True)), fields=('campaign', 'identity'), name='one_holding_claim'),
        ),
        migrations.AddConstraint(
            model_name='guestclaim',
            constraint=models.UniqueConstraint(fields=('recipient_list', 'identity'), name='one_claim_per_list_and_guest'),
        ),
        migrations.AddConstraint(
            model_name='guestclaim',
            constraint=models.CheckConstraint(condition=models.Q(('holds', True), ('override__isnull', False), _connector='OR'), name='second_claim_needs_an_override'),
        ),
        migrations.AddConstraint(
            model_name='claimoverride',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('recipient_list',), name='one_override_in_force'),
        ),
        migrations.AddConstraint(
            model_name='claimoverride',
            constraint=models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='override_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='repairedrow',
            constraint=models.UniqueConstraint(fields=('repair', 'row'), name='one_repaired_row'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at', None)), fields=('job',), name='one_open_resolution'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='confirmed_by_another_person'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('thanx_id__gt', ''), ('verdict', 'linked')), models.Q(('thanx_id', ''), ('verdict', 'never_executed')), _connector='OR'), name='linked_has_an_id'),
        ),
        migrations.AddIndex(
            model_name='rowerror',
            index=models.Index(fields=['recipient_list', 'kind', 'row'], name='row_error_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='rowerror',
            constraint=models.UniqueConstraint(fields=('recipient_list', 'row'), name='one_error_per_row'),
        ),
        migrations.AddConstraint(
            model_name='sendinghold',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force', True)), fields=('in_force',), name='one_hold_in_force'),
        ),
        migrations.AddConstraint(
            model_name='sendinghold',
            constraint=models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='hold_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='sendinghold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('in_force', True), ('lifted_at', None), ('lifted_by', None)), models.Q(('in_force', False), ('lift_reason__gt', ''), ('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='hold_is_lifted_by_somebody_for_a_reason'),
        ),
    ]
