"""What members of staff are known by themselves, blind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_search")]

    operations = [
        migrations.CreateModel(
            name="MemberToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("member", models.BigIntegerField()),
                ("token", models.BigIntegerField()),
                ("is_declared", models.BooleanField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("token", "member", "is_declared"), name="vault_member_token_once"
                    )
                ],
                "indexes": [models.Index(fields=["member"], name="vault_member_token_member")],
            },
        ),
    ]
