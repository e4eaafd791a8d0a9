"""Let a job learn whose a batch is, and the daily sweep who ever brought a workbook in: no more of batches out of reach."""

from django.db import migrations

AS_OWNER = (
    "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET amparo.upkeep = 'on'"
)
QUESTIONS = f"""
    CREATE FUNCTION amparo_organisation_of_batch(batch uuid) RETURNS bigint {AS_OWNER} AS $$
        SELECT organisation_id FROM intake_importbatch WHERE id = batch
    $$;
    CREATE FUNCTION amparo_importing_organisations() RETURNS SETOF bigint {AS_OWNER} AS $$
        SELECT DISTINCT organisation_id FROM intake_importbatch ORDER BY 1
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_digests_keyed"),
    ]

    operations = [
        migrations.RunSQL(
            QUESTIONS, "DROP FUNCTION amparo_organisation_of_batch, amparo_importing_organisations"
        ),
    ]
