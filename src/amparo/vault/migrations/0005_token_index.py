"""One index of whole rows for the tokens, in place of one by posting and one by token."""

from django.db import migrations, models

FORWARDS = """
    ALTER TABLE vault_token DROP CONSTRAINT vault_token_pkey;
    DROP INDEX vault_token_token;
    ALTER TABLE vault_token ADD CONSTRAINT vault_token_pkey PRIMARY KEY (token, posting)
"""
BACKWARDS = """
    ALTER TABLE vault_token DROP CONSTRAINT vault_token_pkey;
    ALTER TABLE vault_token ADD CONSTRAINT vault_token_pkey PRIMARY KEY (posting);
    CREATE INDEX vault_token_token ON vault_token (token)
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0004_member_tokens")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARDS, BACKWARDS)],
            state_operations=[
                migrations.RemoveIndex("token", "vault_token_token"),
                migrations.AlterField("token", "posting", models.BinaryField()),
                migrations.AddField(
                    "token",
                    "pk",
                    models.CompositePrimaryKey(
                        "token", "posting", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
    ]
