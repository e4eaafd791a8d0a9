"""Keep the persons of an event as they come: ids hardly become smaller, and trying took longer than all else of a large event."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_watching"),
    ]

    operations = [
        # Of the rows that are there nothing is rewritten.
        migrations.RunSQL(
            "ALTER TABLE audit_event ALTER COLUMN persons SET STORAGE EXTERNAL",
            reverse_sql="ALTER TABLE audit_event ALTER COLUMN persons SET STORAGE EXTENDED",
        ),
    ]
