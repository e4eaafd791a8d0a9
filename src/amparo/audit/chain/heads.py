"""Make the head of the log, and the proof that it continues one that was given out before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from psycopg.types.json import Jsonb

from amparo.audit.chain.connecting import Connection
from amparo.audit.chain.signing import Signer
from amparo.audit.rules.epochs import FIRST_PREVIOUS
from amparo.audit.rules.heads import Head, read_head, signed
from amparo.audit.rules.merkle import Frontier, consistency_proof, leaf_hash, subtrees

# What guards the tables: triggers with their functions, policies, rights, owners, roles. A change of any shows in the next head.
GUARDS: Final = """
    SELECT 'trigger', t.tgrelid::regclass::text, pg_get_triggerdef(t.oid), t.tgenabled::text, md5(p.prosrc)
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace::regnamespace::text NOT LIKE 'pg\\_%'
    UNION ALL
    SELECT 'policy', schemaname || '.' || tablename, policyname || roles::text || cmd || permissive, coalesce(qual, ''),
           coalesce(with_check, '')
    FROM pg_policies
    UNION ALL
    SELECT 'table', c.oid::regclass::text, pg_get_userbyid(c.relowner),
           c.relrowsecurity::text || c.relforcerowsecurity::text,
           (SELECT coalesce(string_agg(a::text, ',' ORDER BY a::text), '') FROM unnest(c.relacl) a)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_t'
    UNION ALL
    SELECT 'role', rolname, rolsuper::text || rolbypassrls::text, rolcanlogin::text, rolcreaterole::text
    FROM pg_roles WHERE rolname !~ '^pg_'
    ORDER BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not sealed yet."""

    events: int
    lag: int  # seconds since the oldest of them was written


def make_head(connection: Connection, signer: Signer, *, now: datetime) -> Head:
    """Make, sign and keep the head of all that is sealed at this moment."""
    head, tree = _unsigned_head(connection, signer, now=now)
    head = signed(head, signer.sign)
    connection.execute(
        "INSERT INTO audit_loghead (size, head, imprint, peaks, made_at) VALUES (%s, %s, %s, %s, %s)",
        [head.size, Jsonb(head.to_json()), head.imprint(), tree.to_bytes(), now],
    )
    return head


def last_head(connection: Connection) -> Head | None:
    """Give the newest head that was made, or None."""
    row = connection.execute("SELECT head FROM audit_loghead ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else read_head(row[0])


def proof_since(connection: Connection, *, earlier: int, later: int) -> list[bytes]:
    """Give the proof that the log at `later` epochs continues the one at `earlier`."""
    if not 0 < earlier < later:
        return []
    tree = _tree_at(connection, earlier)
    hashes = [leaf_hash(content) for content, _ in _hashes(connection, earlier, later)]
    return consistency_proof(earlier, later, subtrees(hashes, before=tree))


def waiting(connection: Connection) -> Waiting:
    """Count what is not sealed yet."""
    row = connection.execute(
        "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::bigint FROM audit_event "
        "WHERE (generation, xid) >= "
        "(coalesce((SELECT generation FROM audit_epoch ORDER BY number DESC LIMIT 1), 0::int2), "
        "coalesce((SELECT hi FROM audit_epoch ORDER BY number DESC LIMIT 1), 0))"
    ).fetchone()
    assert row is not None
    return Waiting(events=row[0], lag=max(0, row[1]))


def guards_fingerprint(connection: Connection) -> str:
    """Hash what guards the tables."""
    digest = sha256()
    for row in connection.execute(GUARDS):
        for part in row:
            content = str(part).encode()
            digest.update(len(content).to_bytes(4, "big") + content)
    return digest.hexdigest()


def _unsigned_head(connection: Connection, signer: Signer, *, now: datetime) -> tuple[Head, Frontier]:
    row = connection.execute(
        "SELECT g.number, g.installation::text, coalesce((SELECT max(number) FROM audit_epoch), 0) "
        "FROM audit_generation g ORDER BY g.number DESC LIMIT 1"
    ).fetchone()
    assert row is not None
    generation, installation, size = row
    tree, events, last = _continued(connection, size)
    rest = waiting(connection)
    head = Head(
        installation=installation,
        size=tree.size,
        root=tree.root().hex(),
        last=last.hex(),
        events=events,
        generation=generation,
        waiting=rest.events,
        lag=rest.lag,
        at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        schema=guards_fingerprint(connection),
        key=signer.public.hex(),
    )
    return head, tree


def _continued(connection: Connection, size: int) -> tuple[Frontier, int, bytes]:
    """Grow the tree of the last head by the epochs since, so that a head costs what is new and no more."""
    row = connection.execute(
        "SELECT size, peaks, head FROM audit_loghead WHERE size <= %s ORDER BY size DESC, id DESC LIMIT 1",
        [size],
    ).fetchone()
    tree, events, last = Frontier(), 0, FIRST_PREVIOUS
    if row is not None:
        before = read_head(row[2])
        tree, events = Frontier.from_bytes(row[0], bytes(row[1])), before.events
        last = bytes.fromhex(before.last)
    for content, more in _hashes(connection, tree.size, size):
        tree.append(leaf_hash(content))
        events, last = events + more, content
    return tree, events, last


def _tree_at(connection: Connection, size: int) -> Frontier:
    row = connection.execute("SELECT peaks FROM audit_loghead WHERE size = %s LIMIT 1", [size]).fetchone()
    if row is not None:
        return Frontier.from_bytes(size, bytes(row[0]))
    tree = Frontier()
    for content, _ in _hashes(connection, 0, size):
        tree.append(leaf_hash(content))
    return tree


def _hashes(connection: Connection, after: int, until: int) -> list[tuple[bytes, int]]:
    with connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT hash, events FROM audit_epoch WHERE number > %s AND number <= %s ORDER BY number",
            [after, until],
        )
        return [(bytes(content), events) for content, events in cursor]
