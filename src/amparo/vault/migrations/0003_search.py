"""The rows of the search, and the number that stands for each person in them."""

from django.db import migrations, models

# Of persons who have keys already: 63 random bits each.
NUMBERS = """
    UPDATE keyring.person_keys AS keys SET search_number = drawn.number
    FROM (SELECT person, (('x' || substr(md5(gen_random_uuid()::text || gen_random_uuid()::text), 1, 16))::bit(64)::bigint
                          & 9223372036854775807) AS number
          FROM (SELECT DISTINCT person FROM keyring.person_keys) AS persons) AS drawn
    WHERE drawn.person = keys.person
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_erasure")]

    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                ("token", models.BigIntegerField()),
                ("posting", models.BinaryField(primary_key=True, serialize=False)),
            ],
            options={"indexes": [models.Index(fields=["token"], name="vault_token_token")]},
        ),
        migrations.CreateModel(
            name="TokenOrder",
            fields=[
                ("person", models.UUIDField(primary_key=True, serialize=False)),
                ("ordered_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("searcher", models.BigIntegerField()),
                ("day", models.DateField()),
                ("used", models.PositiveSmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("searcher", "day"), name="vault_search_day_searcher")
                ]
            },
        ),
        migrations.AddField("personkeys", "search_number", models.BigIntegerField(null=True)),
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
        migrations.AlterField("personkeys", "search_number", models.BigIntegerField()),
        migrations.AddIndex(
            "personkeys", models.Index(fields=["search_number"], name="vault_person_keys_search")
        ),
    ]
