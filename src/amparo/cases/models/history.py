"""Every version of a row that ever stood, written by the database whoever changes it.

The trigger fires once a statement. Fired once a row, it costs an import more than the rows themselves; and as it catches an
exception each time, PostgreSQL then walks through everything that the transaction has to check at its end: for a workbook of
fifty thousand rows that is most of the time. The library's own note of who changed a row is left out: the log says it.
"""

from functools import partial

import pghistory

with_history = partial(
    pghistory.track,
    level=pghistory.Statement,
    context_field=None,  # type: ignore[arg-type]  # its documentation names None, its types forgot it
)
