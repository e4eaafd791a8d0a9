"""Which backups were brought back into this installation."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0005_token_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Restoration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("backup", models.CharField(max_length=64)),
                ("taken_at", models.DateTimeField()),
                ("erased_again", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="restoration",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'vault_restoration is append-only';",
                    hash="eaf6dbe6a2985aae69948376de317e7ca6c245e1",
                    level="STATEMENT",
                    operation="UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_append_only_0ef98",
                    table="vault_restoration",
                    when="BEFORE",
                ),
            ),
        ),
    ]
