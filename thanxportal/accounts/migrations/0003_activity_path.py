from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_needs_staff'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='path',
            field=models.CharField(blank=True, help_text='The page of what it was done to; empty: none.', max_length=200),
        ),
    ]
