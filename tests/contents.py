"""What stood in a database when it was made, and how it is put back: a tenth of what another copy of it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SYSTEM = "('pg_catalog', 'information_schema', 'pg_toast')"
# Any change of what a table is leaves its mark here: a row of these catalogues is never written in place, but for the sizes that
# are kept in `pg_class`.
SHAPE = f"""
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
  SELECT concat_ws('|', c.oid, relname, relowner, relacl, relrowsecurity, relforcerowsecurity, relhastriggers, reloptions) AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname NOT IN {SYSTEM}
  UNION ALL SELECT concat_ws('|', 'a', attrelid, attnum, a.xmin)
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname NOT IN {SYSTEM}
  UNION ALL SELECT concat_ws('|', 'p', p.oid, p.xmin) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname NOT IN {SYSTEM}
  UNION ALL SELECT concat_ws('|', 't', oid, tgname, tgenabled, tgfoid, tgtype, tgqual) FROM pg_trigger
  UNION ALL SELECT concat_ws('|', 'l', oid, xmin) FROM pg_policy
  UNION ALL SELECT concat_ws('|', 'k', oid, xmin) FROM pg_constraint
  UNION ALL SELECT concat_ws('|', 'd', oid, xmin) FROM pg_attrdef
  UNION ALL SELECT concat_ws('|', 'n', oid, xmin) FROM pg_namespace
  UNION ALL SELECT concat_ws('|', 's', setrole, setconfig) FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS lines
"""  # noqa: S608  # of constants
TABLES = f"""
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT IN {SYSTEM} AND pg_relation_size(c.oid) > 0 ORDER BY 1
"""  # noqa: S608  # of a constant
SEQUENCES = (
    "SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences ORDER BY 1"
)
# Those that even a superuser's `replica` does not pass by.
GUARDS = "SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'"
OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
LARGE = 1 << 18


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of a database as they were made, as PostgreSQL itself writes them, and the marks by which a change of its shape shows."""

    shape: str
    rows: dict[str, bytes]
    sequences: list[tuple[str, int, int | None]]

    @classmethod
    def of(cls, superuser: Any) -> Contents:
        """Read what stands in the database of that connection."""
        rows = {table: _written(superuser, table) for (table,) in superuser.execute(TABLES).fetchall()}
        return cls(_shape(superuser), rows, superuser.execute(SEQUENCES).fetchall())

    def put_back(self, superuser: Any) -> bool:
        """Make it hold that again, past triggers and policies; not where the tables themselves are no longer what they were."""
        superuser.execute(OTHERS)
        if _shape(superuser) != self.shape:
            return False
        superuser.execute("SET session_replication_role = replica")
        for (table,) in superuser.execute(TABLES).fetchall():
            with superuser.transaction():
                guards = superuser.execute(GUARDS, [table]).fetchall()
                for (guard,) in guards:
                    superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
                superuser.execute(f"DELETE FROM {table}")  # noqa: S608  # a name that the database gave
                for (guard,) in guards:
                    superuser.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")
            if superuser.execute("SELECT pg_total_relation_size(%s)", [table]).fetchone()[0] > LARGE:
                superuser.execute(f"VACUUM {table}")
            if rows := self.rows.get(table):
                with superuser.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                    copy.write(rows)
        for name, start, last in self.sequences:
            superuser.execute(
                "SELECT setval(%s, %s, %s)", [name, start if last is None else last, last is not None]
            )
        return True


def _shape(superuser: Any) -> str:
    found: str = superuser.execute(SHAPE).fetchone()[0]
    return found


def _written(superuser: Any, table: str) -> bytes:
    with superuser.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
        return b"".join(copy)
