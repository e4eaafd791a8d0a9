"""Walls that the installation makes because a member of staff and a person are known by the same."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_questions_beyond_reach"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="wall",
            name="matched",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="wall",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True), ("reason", "staff_match")),
                fields=("user", "person"),
                name="access_wall_match_once",
            ),
        ),
    ]
