import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('campaigns', '0001_initial'),
        ('campaigns', '0002_planning_and_template_changes'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('objective', models.CharField(blank=True, max_length=300)),
                ('fine_print', models.TextField(blank=True, max_length=2000)),
                ('start_at', models.DateTimeField(blank=True, null=True)),
                ('end_at', models.DateTimeField(blank=True, null=True)),
                ('redeemable_from', models.DateTimeField(blank=True, null=True)),
                ('redeemable_to', models.DateTimeField(blank=True, null=True)),
                ('expected_guests', models.PositiveIntegerField(blank=True, help_text='For planning only.', null=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('publishing', 'Publishing'), ('published', 'Published'), ('refused', 'Refused by Thanx')], default='draft', max_length=12)),
                ('thanx_id', models.CharField(blank=True, max_length=64)),
                ('raw', models.JSONField(default=dict)),
                ('problem', models.CharField(blank=True, help_text='Why publishing failed, in plain words.', max_length=300)),
                ('problem_code', models.CharField(blank=True, help_text='The same for staff.', max_length=80)),
                ('publish_attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(blank=True, help_text='Also the lease while one is running.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='accounts.merchant')),
            ],
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thanx_id', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('street', models.CharField(blank=True, max_length=200)),
                ('city', models.CharField(blank=True, max_length=120)),
                ('state', models.CharField(blank=True, max_length=60)),
                ('zip', models.CharField(blank=True, max_length=20)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('raw', models.JSONField(default=dict)),
                ('seen_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='locations', to='accounts.merchant')),
            ],
            options={
                'ordering': ['name', 'street'],
            },
        ),
        migrations.CreateModel(
            name='RewardTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thanx_id', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=300)),
                ('type', models.CharField(blank=True, max_length=60)),
                ('subtype', models.CharField(blank=True, max_length=60)),
                ('description', models.TextField(blank=True)),
                ('fine_print', models.TextField(blank=True)),
                ('discount_type', models.CharField(blank=True, max_length=60)),
                ('discount_value', models.CharField(blank=True, max_length=40)),
                ('redemption_venue', models.CharField(blank=True, max_length=40)),
                ('image_url', models.TextField(blank=True)),
                ('raw', models.JSONField(default=dict)),
                ('seen_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reward_templates', to='accounts.merchant')),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='TemplateChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('field', models.CharField(help_text='Name of the field, or withdrawn or returned.', max_length=40)),
                ('before', models.TextField(blank=True)),
                ('after', models.TextField(blank=True)),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='campaigns.rewardtemplate')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('weight', models.PositiveSmallIntegerField(help_text='Whole percent of the guests.')),
                ('locked', models.BooleanField(default=False, help_text='Keeps its share while the others are drafted.')),
                ('thanx_id', models.CharField(blank=True, max_length=64)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='campaigns.campaign')),
                ('reward_template', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='variants', to='campaigns.rewardtemplate')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(fields=['merchant', '-id'], name='campaigns_c_merchan_4cd172_idx'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(condition=models.Q(('thanx_id', ''), _negated=True), fields=('thanx_id',), name='one_campaign_per_thanx_id'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('thanx_id', ''), _negated=True), _connector='OR'), name='published_has_thanx_id'),
        ),
        migrations.AddConstraint(
            model_name='rewardtemplate',
            constraint=models.UniqueConstraint(fields=('merchant', 'thanx_id'), name='one_template_per_merchant'),
        ),
        migrations.AddIndex(
            model_name='templatechange',
            index=models.Index(fields=['template', '-id'], name='campaigns_t_templat_e39d28_idx'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.UniqueConstraint(fields=('campaign', 'position'), name='one_variant_per_position'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.UniqueConstraint(fields=('campaign', 'name'), name='one_variant_per_name'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 100)), name='weight_is_a_percent'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', 'Control'), _negated=True), ('reward_template', None), _connector='OR'), name='control_has_no_reward'),
        ),
    ]
