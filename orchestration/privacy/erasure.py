"""Erases a person from everything that a warehouse keeps, step by step; a step that was cut off is done again.

Every file is written aside, synced and put in its place at once, so whatever looks sees the old one or the new one.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock, Timeout

from expectations.contract import load_contract
from orchestration.engine import Engine
from orchestration.home import MonthHome, WarehouseHome
from orchestration.landing.inspection import content_hash
from orchestration.landing.ledger import prepare_tables
from orchestration.landing.loading import find_files
from orchestration.landing.mapping import load_mapping
from orchestration.landing.relations import known_relations
from orchestration.privacy.databases import IDENTITY, Copier, beside, copy_working, name_anew
from orchestration.privacy.landing_files import aside_of, find_edits, write_edited
from orchestration.privacy.persons import ErasureError, find_person
from orchestration.privacy.plan import Plan, PlannedFile, replaced_values
from orchestration.privacy.releases import ReleaseRewriter, id_after
from orchestration.privacy.tombstones import draw_stand_ins, make_salt, read_salt, tombstone
from orchestration.privacy.traces import find_values, redact_files
from orchestration.publishing.fingerprint import input_fingerprint
from orchestration.publishing.months import remove_built
from orchestration.publishing.release import Manifest, release_ids, tidy
from orchestration.winback.export import export_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orchestration.landing.report import LandingFile

_COUNTS = "select raw_rows_count, landing_files_count, releases_count from landing.erasures where erasure_id = $1"
_TRANSITIONS = """
    select transition_id, entity_id,
        concat_ws('|', lifecycle_id, entity_id, occurred_at::varchar, rule_id, '') as told
    from landing.recorded_transitions where list_contains($1, entity_id)
"""


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    Attributes:
        erasure_id: its id.
        raw_rows_count: the rows of raw that were changed.
        files_count: the files of the landing folder that were changed.
        releases_count: the releases that were written anew, those of kept months among them.
        logs_count: the logs and other files of runs that were written anew.
        unseen_files: landed files with rows of the person that are not in the landing folder.
        left: files in which a value of the person still stands, and how often.
    """

    erasure_id: str
    raw_rows_count: int
    files_count: int
    releases_count: int
    logs_count: int
    unseen_files: tuple[str, ...]
    left: dict[Path, int]


def erase(
    home: WarehouseHome,
    told: str | None,
    landing_folder: Path,
    mapping_file: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Erased:
    """Erase a person; one whose erasure was cut off is erased first.

    Args:
        home: the warehouse.
        told: a customer id, an e-mail address, a phone number or a source's id; None to finish what was cut off.
        landing_folder: the files that were landed.
        mapping_file: the mapping by which they were.
        progress: called with a line for each step.

    Raises:
        ErasureError: nobody was erased.
    """
    if not home.working_database.exists():
        raise ErasureError(f"There is no warehouse in {home.folder}; `lifecycle run` makes one.")
    try:
        lock = FileLock(home.writer_lock).acquire(timeout=0)
    except Timeout:
        raise ErasureError("A run is writing this warehouse; try again when it has ended.") from None
    with lock:
        cut_off = Plan.read(home)
        if cut_off:
            progress(f"finishing erasure {cut_off.erasure_id}, which was cut off")
            done = _carry_out(home, cut_off, progress)
            if told is None or told in {*cut_off.customers, *cut_off.values}:
                return done
        if told is None:
            raise ErasureError("No erasure was cut off; say who is to be erased.")
        progress("finding the person")
        return _carry_out(home, _plan(home, told, landing_folder, mapping_file), progress)


def _plan(home: WarehouseHome, told: str, landing_folder: Path, mapping_file: Path | None) -> Plan:
    salt = make_salt(home)
    with _opened(home) as connection:
        person = find_person(connection, told)
        relations = known_relations(connection)
        stand_ins = draw_stand_ins(person, relations)
        customers, values = replaced_values(person, stand_ins)
        plan = Plan(
            erasure_id=f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            landing_folder=str(landing_folder),
            mapping_file=str(mapping_file) if mapping_file else None,
            secret=secrets.token_hex(32),
            customers=customers,
            values=values,
            words=sorted(person.words),
            records=[(kind, old, new) for (kind, old), new in stand_ins.ids.items()],
            tombstone=tombstone(connection, salt, person, stand_ins),
            releases=_new_ids(home),
            months={place.folder.name: _new_ids(place) for place in home.kept_months()},
            relations=relations,
        )
        plan.cells = {**plan.releases, **_transition_ids(connection, plan)}
    plan.write(home)
    return plan


def _new_ids(home: WarehouseHome) -> dict[str, str]:
    """Return the ids that the kept releases are to bear; what a killed run has left of others is removed."""
    tidy(home)
    return {name: id_after(name) for name in release_ids(home)}


def _opened(home: WarehouseHome) -> duckdb.DuckDBPyConnection:
    """Open the working database, whose log is merged into it, to read.

    Raises:
        ErasureError: it is open elsewhere, or nothing was built in it yet.
    """
    try:
        with duckdb.connect(str(home.working_database)) as connection:
            prepare_tables(connection, load_contract())
            connection.execute("checkpoint")
        connection = duckdb.connect(str(home.working_database), read_only=True)
    except duckdb.IOException:
        raise _open_elsewhere(home) from None
    connection.execute("set timezone = 'UTC'")
    schema, table = IDENTITY
    there = "select 1 from duckdb_tables() where schema_name = $1 and table_name = $2"
    if not connection.execute(there, [schema, table]).fetchone():
        raise ErasureError("No build says yet which records are one person's; `lifecycle run` says so.")
    return connection


def _open_elsewhere(home: WarehouseHome) -> ErasureError:
    return ErasureError(f"{home.working_database} is open elsewhere; close what has it open.")


def _transition_ids(connection: duckdb.DuckDBPyConnection, plan: Plan) -> dict[str, str]:
    """Return the keys of the person's recorded moves and those that the next build makes of the stand-in."""
    rows = connection.execute(
        f"select transition_id, entity_id, told, md5(told) from ({_TRANSITIONS})", [list(plan.customers)]
    ).fetchall()
    fresh = {
        old: told.replace(entity, plan.customers[entity]) if old == made else f"{plan.secret}{old}"
        for old, entity, told, made in rows
    }
    hashed = connection.execute(
        "select old, md5(told) from (select unnest($1) as old, unnest($2) as told)", [list(fresh), list(fresh.values())]
    )
    return dict(hashed.fetchall())


def _carry_out(home: WarehouseHome, plan: Plan, progress: Callable[[str], None]) -> Erased:
    if _counts(home, plan) is None:
        if not plan.are_files_known:
            progress("writing the landing files anew")
            _write_files_aside(home, plan)
        progress("writing the working database anew")
        _write_working(home, plan)
    _put_files_in_place(plan)
    for place, ids in _releases(home, plan):
        rewriter = ReleaseRewriter(place, plan)
        for old_id, new_id in ids.items():
            progress(f"writing release {new_id}")
            rewriter.rewrite(old_id, new_id)
    progress("writing exports and logs anew")
    redactor = plan.redactor(with_words=True)
    export_again(home, lambda folder: bool(find_values(folder, redactor)))
    shutil.rmtree(home.spark_folder, ignore_errors=True)
    remove_built(WarehouseHome(home.months))
    logs_count = redact_files(home.folder, redactor, but={home.erasure_plan})
    progress("searching all that is kept")
    left = _values_left(home, plan)
    left.pop(home.erasure_plan, None)
    home.erasure_plan.unlink()
    return Erased(plan.erasure_id, *(_counts(home, plan) or (0, 0, 0)), logs_count, tuple(plan.unseen_files), left)


def _values_left(home: WarehouseHome, plan: Plan) -> dict[Path, int]:
    """Return where the person's values still stand; a shop's ids are only looked for in its folder."""
    left = find_values(home.folder, plan.redactor()) | find_values(Path(plan.landing_folder), plan.redactor())
    for relation in plan.relations:
        if within := plan.redactor_within(relation):
            left |= find_values(Path(plan.landing_folder) / relation, within)
    return left


def _releases(home: WarehouseHome, plan: Plan) -> Iterator[tuple[WarehouseHome, dict[str, str]]]:
    """Yield the warehouse and each kept month, with the ids of its releases and those they are to bear."""
    yield home, plan.releases
    for name, ids in plan.months.items():
        yield MonthHome(home.months / name), ids


def _counts(home: WarehouseHome, plan: Plan) -> tuple[int, int, int] | None:
    """Return what the erasure has counted, or None where the working database is still the old one."""
    try:
        with duckdb.connect(str(home.working_database), read_only=True) as connection:
            return connection.execute(_COUNTS, [plan.erasure_id]).fetchone()
    except duckdb.CatalogException:  # nobody was ever erased here
        return None
    except duckdb.IOException:
        raise _open_elsewhere(home) from None


def _write_files_aside(home: WarehouseHome, plan: Plan) -> None:
    mappings = load_mapping(Path(plan.mapping_file)) if plan.mapping_file else ()
    files, _ = find_files(Path(plan.landing_folder), mappings, load_contract())
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        prepare_tables(connection, load_contract())
        rows = [[plan.erasure_id, *row] for row in plan.tombstone]
        connection.executemany("insert into landing.erased_values values ($1, $2, $3, $4)", rows)
        changed = [_written_aside(connection, read_salt(home) or "", file) for file in files]
    plan.files = [file for file in changed if file]
    shared = _shared_hashes(home)
    plan.cells |= {file.old_hash: file.new_hash for file in plan.files if file.old_hash not in shared}
    plan.seen_hashes = sorted({file.hash for file in files})
    plan.are_files_known = True
    plan.write(home)


def _shared_hashes(home: WarehouseHome) -> set[str]:
    """Return the hashes of bytes that were landed more than once, each time as something else."""
    several = "select content_hash from landing.files group by content_hash having count(distinct mapping_name) > 1"
    with duckdb.connect(str(home.working_database), read_only=True) as connection:
        return {name for (name,) in connection.execute(several).fetchall()}


def _written_aside(connection: duckdb.DuckDBPyConnection, salt: str, file: LandingFile) -> PlannedFile | None:
    edits = find_edits(connection, salt, file)
    if not edits.rows_count:
        return None
    aside = aside_of(file.path)
    write_edited(file, edits, aside)
    return PlannedFile(file.name, file.mapping.name, file.hash, content_hash(aside), aside.stat().st_size)


def _write_working(home: WarehouseHome, plan: Plan) -> None:
    fresh = home.folder / ".working.erased.duckdb"
    with beside(home.working_database, fresh) as connection:
        copier = Copier(connection, plan.redactor(), plan.cells, plan.record_stand_ins)
        rows_count = copy_working(copier, read_salt(home) or "", plan)
        for file in plan.files:
            if file.old_hash not in plan.cells:
                name_anew(connection, file)
            connection.execute(
                "update landing.files set bytes_count = $1 where content_hash = $2", [file.bytes_count, file.new_hash]
            )
        connection.execute(
            "insert into landing.erasures values ($1, $2, $3, $4, timezone('UTC', now()))",
            [plan.erasure_id, rows_count, len(plan.files), sum(len(ids) for _, ids in _releases(home, plan))],
        )
        unseen = connection.execute(
            "select distinct source_file from touched_files where not list_contains($1, content_hash) order by 1",
            [plan.seen_hashes],
        ).fetchall()
        plan.unseen_files = [name for (name,) in unseen]
        fingerprints = _fingerprints(home, connection, plan)
        for old, new in fingerprints.items():
            connection.execute(
                "update landing.recorded_publications set input_fingerprint = $1 where input_fingerprint = $2",
                [new, old],
            )
        plan.cells |= fingerprints
    plan.write(home)
    _sync(fresh)
    fresh.replace(home.working_database)
    home.working_database.with_name(f"{home.working_database.name}.wal").unlink(missing_ok=True)


def _fingerprints(home: WarehouseHome, connection: duckdb.DuckDBPyConnection, plan: Plan) -> dict[str, str]:
    """Return what the present inputs are known by from now on, so that a run has nothing to do that it had not before.

    The inputs are the landed files and the drawn arms, whose names an erasure changes; releases made of others keep
    what they were made of.
    """
    found: dict[str, str] = {}
    for manifest in [Manifest.read(place.releases / name) for place, ids in _releases(home, plan) for name in ids]:
        asked = (Engine(manifest.engine.split()[0]), manifest.code_version)
        clocks = (manifest.requested_as_of, manifest.requested_known_at)
        connection.execute("use old")
        is_of_these = input_fingerprint(connection, *asked, *clocks) == manifest.input_fingerprint
        connection.execute("use fresh")
        if is_of_these:
            found[manifest.input_fingerprint] = input_fingerprint(connection, *asked, *clocks)
    return found


def _put_files_in_place(plan: Plan) -> None:
    for file in plan.files:
        path = Path(plan.landing_folder) / file.name
        aside = aside_of(path)
        if aside.exists() and path.exists() and content_hash(path) == file.old_hash:
            aside.replace(path)
        aside.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
