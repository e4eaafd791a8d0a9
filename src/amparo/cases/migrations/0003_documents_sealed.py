from django.db import migrations

# The digest of a file tells whether it is one that somebody has: it belongs with the title, which is sealed after this.
# Titles that are sealed already keep none.
INTO_TITLE = """
    UPDATE cases_document
    SET title = convert_to(
        (convert_from(title, 'UTF8')::jsonb || jsonb_build_object('sha256', sha256))::text, 'UTF8'
    )
    WHERE length(title) > 0 AND get_byte(title, 0) = ascii('{')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_track_at_opening"),
    ]

    operations = [
        migrations.RunSQL(INTO_TITLE, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="document", name="sha256"),
    ]
