"""Indexes that hold all that a search reads: of whole rows for the tokens, in place of one by posting and one by token."""

from django.db import migrations, models

FORWARDS = """
    ALTER TABLE vault_token DROP CONSTRAINT vault_token_pkey;
    DROP INDEX vault_token_token;
    ALTER TABLE vault_token ADD CONSTRAINT vault_token_pkey PRIMARY KEY (token, posting);
    DROP INDEX keyring.vault_person_keys_search;
    CREATE INDEX vault_person_keys_search ON keyring.person_keys (search_number) INCLUDE (person, compartment)
"""
BACKWARDS = """
    ALTER TABLE vault_token DROP CONSTRAINT vault_token_pkey;
    ALTER TABLE vault_token ADD CONSTRAINT vault_token_pkey PRIMARY KEY (posting);
    CREATE INDEX vault_token_token ON vault_token (token);
    DROP INDEX keyring.vault_person_keys_search;
    CREATE INDEX vault_person_keys_search ON keyring.person_keys (search_number)
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
                migrations.RemoveIndex("personkeys", "vault_person_keys_search"),
                migrations.AddIndex(
                    "personkeys",
                    models.Index(
                        fields=["search_number"],
                        include=["person", "compartment"],
                        name="vault_person_keys_search",
                    ),
                ),
            ],
        ),
    ]
