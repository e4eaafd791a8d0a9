"""Let the application ask which closed cases nobody can open any more, and nothing else of them.

The function works as the owner of the tables: such a case is hidden from everybody, so nobody could find it to name somebody.
"""

from django.db import migrations

# The owner of the tables reaches every row while `amparo.upkeep` is on, which does nothing for anybody else.
FUNCTION = """
    CREATE FUNCTION amparo_cases_without_readers(sought bigint, today date, whole text[], near text[], own text[])
    RETURNS TABLE (id uuid, reference text, person uuid, organisation bigint, name text, clearance text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    BEGIN
        PERFORM set_config('amparo.upkeep', 'on', true);
        RETURN QUERY
        SELECT c.id, c.reference::text, c.person_id, c.organisation_id, o.name::text, c.clearance::text
        FROM (SELECT DISTINCT record FROM access_clearance WHERE ended_at IS NULL) named
        JOIN cases_case c ON c.id = named.record
        JOIN accounts_organisation o ON o.id = c.organisation_id
        WHERE c.clearance <> 'normal' AND c.compartment <> 'integrity'
            AND (sought IS NULL OR c.organisation_id = sought)
            AND NOT EXISTS (
                SELECT FROM access_clearance a
                JOIN accounts_user u ON u.id = a.user_id
                JOIN accounts_membership m ON m.user_id = a.user_id AND m.organisation_id = c.organisation_id
                WHERE a.record = c.id AND a.ended_at IS NULL
                    AND u.is_active AND o.is_active AND m.suspended_at IS NULL
                    AND m.since <= today AND (m.until IS NULL OR m.until > today)
                    AND (m.role = ANY (whole)
                        OR m.role = ANY (near) AND m.team_id = c.team_id
                        OR m.role = ANY (near || own) AND c.worker_id = m.user_id)
                    AND NOT EXISTS (
                        SELECT FROM access_wall w
                        WHERE w.lifted_at IS NULL AND (w.user_id = m.user_id OR w.organisation_id = m.organisation_id)
                            AND (w.person = c.person_id OR w.record = c.id)))
        ORDER BY c.reference;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_staff_match"),
        ("accounts", "0003_two_people"),
        ("cases", "0008_questions_beyond_reach"),
    ]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION amparo_cases_without_readers;")]
