import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_merchant_settings'),
        ('accounts', '0003_invitations_and_notifications'),
        ('accounts', '0004_told_of_unread_lists'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Merchant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thanx_id', models.CharField(max_length=64, unique=True)),
                ('handle', models.SlugField(max_length=100, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('time_zone', models.CharField(default='America/Los_Angeles', max_length=64)),
                ('country', models.CharField(default='US', help_text='ISO code read into phone numbers without one.', max_length=2)),
                ('preferred_identifier', models.CharField(choices=[('email', 'Email'), ('phone', 'Phone number')], default='email', help_text='Used when a row has both.', max_length=5)),
                ('repeat_days', models.PositiveSmallIntegerField(default=30, help_text='Guests whom another campaign rewarded in these last days are pointed out; 0: nobody.')),
                ('approval_threshold', models.PositiveIntegerField(blank=True, help_text='Lists that reward more guests than this need an approver; empty: none.', null=True)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, help_text='Set when Thanx no longer lists it.', null=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(blank=True, max_length=120)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('viewer', 'Viewer'), ('builder', 'Builder'), ('sender', 'Sender'), ('approver', 'Approver'), ('manager', 'Manager')], default='viewer', max_length=10)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.merchant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'merchant'), name='one_membership_per_merchant')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mail_due_at', models.DateTimeField(blank=True, help_text='When the email is due; empty: none, or done.', null=True)),
                ('mail_sent_at', models.DateTimeField(blank=True, null=True)),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0)),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('viewer', 'Viewer'), ('builder', 'Builder'), ('sender', 'Sender'), ('approver', 'Approver'), ('manager', 'Manager')], default='viewer', max_length=10)),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now, help_text='When it was last sent.')),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.merchant')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('mail_due_at__isnull', False)), fields=['mail_due_at'], name='invitation_mail_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('withdrawn_at', None)), fields=('merchant', 'email'), name='one_unanswered_invitation')],
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('sentence', models.CharField(help_text='Plain words, no personal data of guests.', max_length=300)),
                ('target', models.CharField(blank=True, help_text='Such as campaign:7 or list:12.', max_length=60)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='accounts.merchant')),
            ],
            options={
                'verbose_name_plural': 'activities',
                'indexes': [models.Index(fields=['merchant', '-id'], name='accounts_ac_merchan_bcdaf5_idx')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mail_due_at', models.DateTimeField(blank=True, help_text='When the email is due; empty: none, or done.', null=True)),
                ('mail_sent_at', models.DateTimeField(blank=True, null=True)),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0)),
                ('kind', models.CharField(choices=[('approval_asked', 'A list waits for your approval'), ('approval_answered', 'A list you asked about was approved or sent back'), ('safety_stop', 'The safety check stopped a list'), ('needs_review', 'Thanx’s answer about a job isn’t clear, so staff look at it'), ('finished', 'A list has finished or was stopped'), ('list_unread', 'A list that you brought can’t be read, or needs its columns chosen'), ('reward_withdrawn', 'Thanx no longer publishes a reward of a running campaign')], max_length=20)),
                ('key', models.CharField(help_text='Names the event, so that it is told only once.', max_length=100)),
                ('sentence', models.CharField(help_text='Plain words, no personal data of guests.', max_length=300)),
                ('facts', models.JSONField(default=list, help_text='Pairs of label and number, such as the ledger.')),
                ('path', models.CharField(help_text='The page where one sees or does more.', max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('in_app', models.BooleanField(default=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['person', '-id'], name='accounts_no_person__fd1bb6_idx'), models.Index(condition=models.Q(('in_app', True), ('read_at', None)), fields=['person'], name='notification_unread'), models.Index(condition=models.Q(('mail_due_at__isnull', False)), fields=['mail_due_at'], name='notification_mail_due')],
                'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='told_once')],
            },
        ),
        migrations.CreateModel(
            name='NotificationChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('approval_asked', 'A list waits for your approval'), ('approval_answered', 'A list you asked about was approved or sent back'), ('safety_stop', 'The safety check stopped a list'), ('needs_review', 'Thanx’s answer about a job isn’t clear, so staff look at it'), ('finished', 'A list has finished or was stopped'), ('list_unread', 'A list that you brought can’t be read, or needs its columns chosen'), ('reward_withdrawn', 'Thanx no longer publishes a reward of a running campaign')], max_length=20)),
                ('in_app', models.BooleanField(default=True)),
                ('email', models.BooleanField(default=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'kind'), name='one_choice_per_kind')],
            },
        ),
    ]
