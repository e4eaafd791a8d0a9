"""Let the application ask what a feature shows of rows beyond anybody's reach, and nothing else of them.

Each function works as the owner of the tables, and answers with ids, references and numbers only. That there are records of the
independent unit is told to nobody else.
"""

from django.db import migrations

# The owner reaches every row while `amparo.upkeep` is on, which does nothing for anybody else.
AS_OWNER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public"
BEGIN = "BEGIN PERFORM set_config('amparo.upkeep', 'on', true); RETURN QUERY"
QUESTIONS = f"""
    -- Which of these references are taken, also out of reach: none is given twice.
    CREATE FUNCTION amparo_references_taken(sought text[]) RETURNS SETOF text {AS_OWNER} AS $$
        {BEGIN}
        SELECT reference::text FROM cases_case WHERE reference = ANY (sought);
    END $$;

    -- Which of these persons have a case besides those that are named: whoever leads it would lose it unasked.
    CREATE FUNCTION amparo_persons_elsewhere(persons uuid[], cases uuid[]) RETURNS SETOF uuid {AS_OWNER} AS $$
        {BEGIN}
        SELECT DISTINCT person_id FROM cases_case
        WHERE person_id = ANY (persons) AND id NOT IN (SELECT unnest(cases));
    END $$;

    -- How many episodes these operations tie.
    CREATE FUNCTION amparo_tied_episodes(operations uuid[]) RETURNS TABLE (operation uuid, episodes bigint) {AS_OWNER} AS $$
        {BEGIN}
        SELECT e.operation_id, count(*) FROM cases_episode e JOIN cases_case c ON c.id = e.case_id
        WHERE e.operation_id = ANY (operations)
            AND (c.compartment <> 'integrity' OR current_setting('amparo.compartment', true) = 'integrity')
        GROUP BY e.operation_id;
    END $$;

    -- Which of these stored files belong to a document.
    CREATE FUNCTION amparo_documents_kept(names uuid[]) RETURNS SETOF uuid {AS_OWNER} AS $$
        {BEGIN}
        SELECT stored_name FROM cases_document WHERE stored_name = ANY (names);
    END $$;

    -- What is not closed to whom the transaction works for, in the compartments in which they work: a step of what follows.
    CREATE FUNCTION amparo_not_closed(c cases_case) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
        SELECT c.compartment <> 'integrity'
            AND c.compartment = ANY (coalesce(nullif(current_setting('amparo.compartments', true), ''), '{{}}')::text[])
            AND (c.clearance = 'normal'
                OR c.id = ANY (coalesce(nullif(current_setting('amparo.cleared', true), ''), '{{}}')::uuid[]))
            AND c.id <> ALL (coalesce(nullif(current_setting('amparo.walled', true), ''), '{{}}')::uuid[])
            AND c.person_id <> ALL (coalesce(nullif(current_setting('amparo.walled_persons', true), ''), '{{}}')::uuid[])
    $$;

    -- The one case of a reference that an emergency may open.
    CREATE FUNCTION amparo_case_for_emergency(sought text)
    RETURNS TABLE (id uuid, person uuid, organisation bigint, worker bigint) {AS_OWNER} AS $$
        {BEGIN}
        SELECT c.id, c.person_id, c.organisation_id, c.worker_id FROM cases_case c
        WHERE c.reference = sought AND amparo_not_closed(c);
    END $$;

    -- Where persons who were found by tokens have a case.
    CREATE FUNCTION amparo_known_places(persons uuid[])
    RETURNS TABLE (person uuid, organisation bigint, name text, reference text, opened date) {AS_OWNER} AS $$
        {BEGIN}
        SELECT c.person_id, c.organisation_id, o.name::text, c.reference::text, c.opened_date
        FROM cases_case c JOIN accounts_organisation o ON o.id = c.organisation_id
        WHERE c.person_id = ANY (persons) AND amparo_not_closed(c)
        ORDER BY c.opened_date DESC, c.id DESC;
    END $$;
"""  # noqa: S608  # nothing from outside is put in
NONE = """
    DROP FUNCTION amparo_known_places, amparo_case_for_emergency, amparo_not_closed, amparo_documents_kept,
        amparo_tied_episodes, amparo_persons_elsewhere, amparo_references_taken;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_person_reach"),
    ]

    operations = [
        migrations.RunSQL(QUESTIONS, NONE),
    ]
