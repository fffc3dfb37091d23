"""Guests are called guests, and words with two meanings get one each: tables, columns and states."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issuance", "0001_squashed"), ("accounts", "0002_needs_staff"), ("campaigns", "0001_squashed")]

    operations = [
        migrations.RemoveConstraint(model_name="claimoverride", name="one_override_in_force"),
        migrations.RemoveIndex(model_name="issuancejob", name="job_due"),
        migrations.RemoveConstraint(model_name="issuancejob", name="one_job_per_number"),
        migrations.RemoveConstraint(model_name="issuancejob", name="problem_has_a_code"),
        migrations.RemoveConstraint(model_name="issuancejob", name="done_job_is_never_due"),
        migrations.RemoveIndex(model_name="recipient", name="recipient_by_outcome"),
        migrations.RemoveIndex(model_name="recipient", name="recipient_fixed"),
        migrations.RemoveIndex(model_name="recipient", name="recipient_by_reason"),
        migrations.RemoveIndex(model_name="recipient", name="recipient_repeated"),
        migrations.RemoveConstraint(model_name="recipient", name="one_recipient_per_row"),
        migrations.RemoveConstraint(model_name="recipient", name="one_recipient_per_position"),
        migrations.RemoveIndex(model_name="guestclaim", name="claim_beside_another"),
        migrations.RemoveConstraint(model_name="guestclaim", name="one_holding_claim"),
        migrations.RemoveConstraint(model_name="guestclaim", name="one_claim_per_list_and_guest"),
        migrations.RemoveConstraint(model_name="guestclaim", name="second_claim_needs_an_override"),
        migrations.RemoveConstraint(model_name="resolution", name="linked_has_an_id"),
        migrations.RemoveIndex(model_name="rowerror", name="row_error_by_kind"),
        migrations.RemoveConstraint(model_name="rowerror", name="one_error_per_row"),
        migrations.RemoveConstraint(model_name="sendinghold", name="one_hold_in_force"),
        migrations.RemoveConstraint(model_name="sendinghold", name="hold_has_a_reason"),
        migrations.RemoveConstraint(model_name="sendinghold", name="hold_is_lifted_by_somebody_for_a_reason"),
        migrations.RemoveConstraint(model_name="attempt", name="finished_attempt_has_a_verdict"),
        migrations.RenameModel(old_name="Recipient", new_name="Guest"),
        migrations.RenameModel(old_name="RecipientList", new_name="GuestList"),
        migrations.RenameModel(old_name="SendingHold", new_name="SendingPause"),
        migrations.RenameField(model_name="claimoverride", old_name="recipient_list", new_name="guest_list"),
        migrations.RenameField(model_name="issuancejob", old_name="recipient_list", new_name="guest_list"),
        migrations.RenameField(model_name="guestlist", old_name="tally", new_name="cached_counts"),
        migrations.RenameField(model_name="guestlist", old_name="sent_back", new_name="sent_back_reason"),
        migrations.RenameField(model_name="guestlist", old_name="undo_size", new_name="guests_per_job"),
        migrations.RenameField(model_name="guestlist", old_name="undo_column", new_name="job_column"),
        migrations.RenameField(model_name="guest", old_name="repeated_at", new_name="earlier_at"),
        migrations.RenameField(model_name="guest", old_name="repeat_of", new_name="earlier_campaign"),
        migrations.RenameField(model_name="guest", old_name="recipient_list", new_name="guest_list"),
        migrations.RenameField(model_name="guestclaim", old_name="holds", new_name="primary"),
        migrations.RenameField(model_name="guestclaim", old_name="recipient_list", new_name="guest_list"),
        migrations.RenameField(model_name="event", old_name="recipient_list", new_name="guest_list"),
        migrations.RenameField(model_name="repair", old_name="recipient_list", new_name="guest_list"),
        migrations.RenameField(model_name="resolution", old_name="verdict", new_name="decision"),
        migrations.RenameField(model_name="rowerror", old_name="recipient_list", new_name="guest_list"),
        migrations.RenameField(model_name="sendingpause", old_name="raised_at", new_name="started_at"),
        migrations.RenameField(model_name="sendingpause", old_name="lifted_at", new_name="resumed_at"),
        migrations.RenameField(model_name="sendingpause", old_name="lift_reason", new_name="resume_reason"),
        migrations.RenameField(model_name="sendingpause", old_name="lifted_by", new_name="resumed_by"),
        migrations.RenameField(model_name="sendingpause", old_name="raised_by", new_name="started_by"),
        migrations.RenameField(model_name="attempt", old_name="verdict", new_name="result"),
        migrations.AlterModelOptions(
            name='sendingpause',
            options={'ordering': ['-pk'], 'permissions': [('resume_sendingpause', 'Can resume sending')]},
        ),
        migrations.RenameIndex(
            model_name='guestlist',
            new_name='issuance_gu_merchan_d95287_idx',
            old_name='issuance_re_merchan_6bd764_idx',
        ),
        migrations.AlterField(
            model_name='guest',
            name='guest_list',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='guests', to='issuance.guestlist'),
        ),
        migrations.AlterField(
            model_name='guest',
            name='job',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='guests', to='issuance.issuancejob'),
        ),
        migrations.AlterField(
            model_name='guestlist',
            name='cached_counts',
            field=models.JSONField(default=dict, help_text='What the check page says of the guests: see `checking.cached_counts`.'),
        ),
        migrations.AlterField(
            model_name='guestlist',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guest_lists', to='campaigns.campaign'),
        ),
        migrations.AlterField(
            model_name='guestlist',
            name='merchant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guest_lists', to='accounts.merchant'),
        ),
        migrations.AlterField(
            model_name='issuancejob',
            name='state',
            field=models.CharField(choices=[('ready', 'Waiting to be sent'), ('sending', 'Being sent'), ('accepted', 'Being issued by Thanx'), ('completed', 'Completed'), ('failed', 'Failed at Thanx'), ('rejected', 'Refused by Thanx'), ('needs_staff', 'Needs review'), ('revoking', 'Being revoked'), ('revoked', 'Revoked'), ('cancelled', 'Not sent')], default='ready', max_length=12),
        ),
        migrations.AddIndex(
            model_name='guest',
            index=models.Index(fields=['guest_list', 'outcome', 'row'], name='guest_by_outcome'),
        ),
        migrations.AddIndex(
            model_name='guest',
            index=models.Index(condition=models.Q(('fixed', True)), fields=['guest_list', 'row'], name='guest_fixed'),
        ),
        migrations.AddIndex(
            model_name='guest',
            index=models.Index(condition=models.Q(('outcome', 'refused')), fields=['guest_list', 'reason', 'row'], name='guest_by_reason'),
        ),
        migrations.AddIndex(
            model_name='guest',
            index=models.Index(condition=models.Q(('earlier_campaign__isnull', False)), fields=['guest_list', 'row'], name='guest_repeated'),
        ),
        migrations.AddIndex(
            model_name='guestclaim',
            index=models.Index(condition=models.Q(('primary', False)), fields=['campaign', 'identity'], name='claim_beside_another'),
        ),
        migrations.AddIndex(
            model_name='issuancejob',
            index=models.Index(condition=models.Q(('state__in', ('ready', 'sending', 'accepted', 'needs_staff', 'revoking'))), fields=['next_attempt_at'], name='job_due'),
        ),
        migrations.AddIndex(
            model_name='rowerror',
            index=models.Index(fields=['guest_list', 'kind', 'row'], name='row_error_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('result', '')), models.Q(('finished_at__isnull', False), ('result__gt', '')), _connector='OR'), name='finished_attempt_has_a_result'),
        ),
        migrations.AddConstraint(
            model_name='claimoverride',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('guest_list',), name='one_override_in_force'),
        ),
        migrations.AddConstraint(
            model_name='guest',
            constraint=models.UniqueConstraint(fields=('guest_list', 'row'), name='one_guest_per_row'),
        ),
        migrations.AddConstraint(
            model_name='guest',
            constraint=models.UniqueConstraint(condition=models.Q(('job__isnull', False)), fields=('job', 'position'), name='one_guest_per_position'),
        ),
        migrations.AddConstraint(
            model_name='guestclaim',
            constraint=models.UniqueConstraint(condition=models.Q(('primary', True)), fields=('campaign', 'identity'), name='one_primary_claim'),
        ),
        migrations.AddConstraint(
            model_name='guestclaim',
            constraint=models.UniqueConstraint(fields=('guest_list', 'identity'), name='one_claim_per_list_and_guest'),
        ),
        migrations.AddConstraint(
            model_name='guestclaim',
            constraint=models.CheckConstraint(condition=models.Q(('primary', True), ('override__isnull', False), _connector='OR'), name='second_claim_needs_an_override'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.UniqueConstraint(fields=('guest_list', 'number'), name='one_job_per_number'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('needs_staff', 'rejected')), _negated=True), ('problem_code__gt', ''), _connector='OR'), name='problem_has_a_code'),
        ),
        migrations.AddConstraint(
            model_name='issuancejob',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('ready', 'sending', 'accepted', 'needs_staff', 'revoking')), models.Q(('lease_until', None), ('next_attempt_at', None)), _connector='OR'), name='done_job_is_never_due'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'linked'), ('thanx_id__gt', '')), models.Q(('decision', 'never_executed'), ('thanx_id', '')), _connector='OR'), name='linked_has_an_id'),
        ),
        migrations.AddConstraint(
            model_name='rowerror',
            constraint=models.UniqueConstraint(fields=('guest_list', 'row'), name='one_error_per_row'),
        ),
        migrations.AddConstraint(
            model_name='sendingpause',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force', True)), fields=('in_force',), name='one_pause_in_force'),
        ),
        migrations.AddConstraint(
            model_name='sendingpause',
            constraint=models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='pause_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='sendingpause',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('in_force', True), ('resumed_at', None), ('resumed_by', None)), models.Q(('in_force', False), ('resume_reason__gt', ''), ('resumed_at__isnull', False), ('resumed_by__isnull', False)), _connector='OR'), name='pause_is_ended_by_somebody_for_a_reason'),
        ),
        migrations.AlterField(
            model_name='guestlist',
            name='cached_counts',
            field=models.JSONField(default=dict, help_text='What the check page says of its guests.'),
        ),
        migrations.AlterField(
            model_name='guestlist',
            name='repair_order',
            field=models.JSONField(blank=True, default=dict, help_text='What a worker is to repair: see `background_repairs`.'),
        ),
    ]
