from typing import Any

from django.conf import settings
from django.db import migrations

from amparo.vault.rules import keyed_digest

AT_ONCE = 1_000


def key_digests(apps: Any, schema_editor: Any) -> None:
    """Key the digests that an earlier version left plain: whoever guesses a file could check it against one."""
    batches, after = apps.get_model("intake", "ImportBatch").objects.order_by("id"), None
    while rows := list((batches.filter(id__gt=after) if after else batches)[:AT_ONCE]):
        after = rows[-1].id
        for row in rows:
            row.digest = keyed_digest(bytes.fromhex(row.digest), about="workbook", key=settings.SECRET_KEY)
        batches.bulk_update(rows, ["digest"])


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [migrations.RunPython(key_digests, migrations.RunPython.noop)]
