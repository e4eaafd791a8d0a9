"""Let the reach of a person name her cases too, so that who has a grant of one sees her without a look at her cases."""

from django.db import migrations

# As in 0007, where the triggers are that keep it; what calls it stays as it is.
AS_OWNER = "LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public"
FUNCTION = f"""
    CREATE OR REPLACE FUNCTION amparo_reach_of(sought uuid) RETURNS text[] {AS_OWNER} AS $$
    BEGIN
        PERFORM set_config('amparo.upkeep', 'on', true);
        RETURN (
            SELECT coalesce(array_agg(DISTINCT key ORDER BY key), '{{}}')
            FROM cases_case c, LATERAL (VALUES %s) keys (key)
            WHERE c.person_id = sought AND c.clearance = 'normal' AND key IS NOT NULL
        );
    END $$;
    ALTER TABLE cases_person DISABLE TRIGGER USER;
    UPDATE cases_person p SET reach = found.reach
    FROM (
        SELECT c.person_id, array_agg(DISTINCT key ORDER BY key) AS reach
        FROM cases_case c, LATERAL (VALUES %s) keys (key)
        WHERE c.clearance = 'normal' AND key IS NOT NULL GROUP BY c.person_id
    ) found
    WHERE found.person_id = p.id;
    ALTER TABLE cases_person ENABLE TRIGGER USER;
"""  # noqa: S608  # nothing from outside is put in
BEFORE = """
                (c.compartment || ':o' || c.organisation_id),
                (c.compartment || ':t' || c.organisation_id || '.' || c.team_id),
                (c.compartment || ':w' || c.organisation_id || '.' || c.worker_id)"""
KEYS = f"{BEFORE},\n                (c.compartment || ':c' || c.id)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_cases_without_readers")]

    operations = [migrations.RunSQL(FUNCTION % (KEYS, KEYS), FUNCTION % (BEFORE, BEFORE))]
