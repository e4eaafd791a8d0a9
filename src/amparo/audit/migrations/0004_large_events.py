"""Write events about thousands of persons, which a search in a large caseload leaves, in a few milliseconds."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_watching"),
    ]

    # Nothing that is there is rewritten.
    operations = [
        # Ids hardly become smaller by compressing, and trying took longer than all else of such an event.
        migrations.RunSQL(
            "ALTER TABLE audit_event ALTER COLUMN persons SET STORAGE EXTERNAL",
            reverse_sql="ALTER TABLE audit_event ALTER COLUMN persons SET STORAGE EXTENDED",
        ),
        # What is new goes into the index together: with half of this, one in twenty such searches waited for it.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX audit_event_persons SET (gin_pending_list_limit = 8192)",
                    reverse_sql="ALTER INDEX audit_event_persons RESET (gin_pending_list_limit)",
                ),
            ],
            state_operations=[
                migrations.RemoveIndex(model_name="event", name="audit_event_persons"),
                migrations.AddIndex(
                    model_name="event",
                    index=GinIndex(
                        fields=["persons"], gin_pending_list_limit=8192, name="audit_event_persons"
                    ),
                ),
            ],
        ),
    ]
