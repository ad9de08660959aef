"""What readers were told, and when: each publication adds what is new in its transitions and marks what is gone.

The log lies beside the landed tables, because it cannot be made anew. The models compare it with what is known now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from orchestration.publishing.release import Manifest

_IS_NEWS = """
    select
        $1::timestamp >= coalesce(max(known_at), $1::timestamp)
        and $2::timestamp >= coalesce(max(as_of), $2::timestamp)
        and count(*) filter (input_fingerprint = $3) = 0,
        coalesce(max(publication_number), 0) + 1
    from landing.recorded_publications
"""
_VERSION = ("transition_id", "lifecycle_id", "entity_id", "to_stage", "rule_id", "move_number", "rule_version")
_COLUMNS = ", ".join((*_VERSION, "occurred_at"))
_SAME = " and ".join(f"log.{name} = moves.{name}" for name in _VERSION)
_WITHDRAW = f"""
    update landing.recorded_transitions as log set withdrawn_number = $1, withdrawn_at = $2::timestamp
    where withdrawn_number is null and not exists (select 1 from marts.fct_stage_transitions as moves where {_SAME})
"""
_APPEND = f"""
    insert into landing.recorded_transitions ({_COLUMNS}, recorded_number, recorded_at, recorded_as_of)
    select {_COLUMNS}, $1, $2::timestamp, $3::timestamp from marts.fct_stage_transitions as moves
    where not exists (
        select 1 from landing.recorded_transitions as log where withdrawn_number is null and {_SAME}
    )
"""
_NOTE = """
    insert into landing.recorded_publications (publication_number, release_id, input_fingerprint, known_at, as_of)
    values ($1, $2, $3, $4::timestamp, $5::timestamp)
"""


def unrecorded_number(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> int | None:
    """Return the number that a release is to be recorded under, or None when it is recorded or looks back."""
    values = [manifest.known_at, manifest.as_of, manifest.input_fingerprint]
    row = connection.execute(_IS_NEWS, values).fetchone()
    return row[1] if row and row[0] else None


def record_publication(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> bool:
    """Record the transitions of a release that readers were shown, all or nothing; return whether there was news.

    A release that looks back, knowing less or of an earlier as_of than the newest one recorded, is left out: it would
    make the log say that later facts were taken back.
    """
    clocks = [manifest.known_at, manifest.as_of]
    number = unrecorded_number(connection, manifest)
    if number is None:
        return False
    connection.begin()
    try:
        connection.execute(_WITHDRAW, [number, clocks[0]])
        connection.execute(_APPEND, [number, *clocks])
        connection.execute(_NOTE, [number, manifest.release_id, manifest.input_fingerprint, *clocks])
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return True
