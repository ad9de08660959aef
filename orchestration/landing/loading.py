"""Landing of a folder: every file once, by its content, whole or not at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from expectations.contract import Contract, load_contract
from orchestration.landing.batch import FileBatch
from orchestration.landing.inspection import content_hash, format_of_name
from orchestration.landing.ledger import landed_hashes, prepare_tables, record_refusal
from orchestration.landing.mapping import FileMapping, choose_mapping
from orchestration.landing.reading import RowSource, open_rows
from orchestration.landing.refusal import FileRefusedError, printable
from orchestration.landing.relations import check_ids
from orchestration.landing.report import FileOutcome, LandingFile, LandingReport
from orchestration.landing.time_zones import prepare_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import duckdb

    from orchestration.privacy.landing_files import ErasedReturns

GROUP_BYTES = 64 << 20


def find_files(
    folder: Path, mappings: tuple[FileMapping, ...], contract: Contract
) -> tuple[list[LandingFile], list[str]]:
    """Return the files to land, in the order of their names, and the names of those that are not ours."""
    found: list[LandingFile] = []
    unrecognised: list[str] = []
    for path in _paths(folder, unrecognised):
        place = _place(path, folder)
        mapping, file_format = choose_mapping(place, mappings, contract), format_of_name(path.name)
        if mapping is None or file_format is None:
            unrecognised.append(printable(str(place)))
            continue
        try:
            facts = path.stat()  # before the hash: a change in between is then seen
            identity = (content_hash(path), facts.st_size, facts.st_mtime_ns)
        except OSError:  # opening it will fail too, and refuse it; until then its name must do
            identity = (f"not read: {place}", 0, 0)
        found.append(LandingFile(path, str(place), mapping, file_format, *identity))
    return found, unrecognised


def _paths(folder: Path, unrecognised: list[str]) -> list[Path]:
    """Return the files of a folder, hidden ones apart; name the folders, links and pipes that are not read.

    Raises:
        OSError: the folder itself cannot be opened.
    """

    def not_opened(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        unrecognised.append(printable(f"{_place(Path(error.filename), folder)} (cannot be opened: {error.strerror})"))

    found: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=not_opened):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for path in (Path(parent, name) for name in (*links, *names) if not name.startswith(".")):
            if _is_file(path):
                found.append(path)
            else:
                unrecognised.append(printable(f"{_place(path, folder)} (not a file)"))
    return sorted(found)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # opening it will say why not
        return True


def _place(path: Path, folder: Path) -> PurePosixPath:
    """Return where a file lies in the landing folder; bytes of its name that are no text are escaped."""
    name = os.fsencode(path.relative_to(folder)).decode(errors="backslashreplace")
    return PurePosixPath(name)


def land_folder(  # noqa: PLR0913
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    mappings: tuple[FileMapping, ...] = (),
    *,
    contract: Contract | None = None,
    returns: ErasedReturns | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> LandingReport:
    """Land every new file of a folder.

    Args:
        connection: an open connection to the working database.
        folder: the landing folder; files lie under `<source>/<table>/`, each shop's in a folder of its own, or match
            a mapping.
        mappings: file mappings, tried in their order before the place decides.
        contract: the raw contract; the shipped one when None.
        returns: what writes a file anew that tells of somebody who was erased; none does when None.
        progress: called with one line for each step that takes time.
    """
    contract = contract or load_contract()
    connection.execute("set timezone = 'UTC'")
    prepare_zones(connection)
    prepare_tables(connection, contract)
    report = LandingReport()
    files, report.unrecognised = find_files(folder, mappings, contract)
    fresh = _skip_known(files, landed_hashes(connection), report)
    if returns:
        fresh = _skip_known(_rewritten(connection, fresh, returns, report), landed_hashes(connection), report)
    by_mapping = sorted(fresh, key=lambda file: (file.mapping.name, file.name))
    for _, same in groupby(by_mapping, key=lambda file: file.mapping.name):
        for group in _groups(_told_apart(connection, list(same), contract, report)):
            _land_group(connection, group, report, progress)
    _keep_rule_results(connection, report)
    return report


def _skip_known(files: list[LandingFile], landed: set[tuple[str, str]], report: LandingReport) -> list[LandingFile]:
    fresh: dict[tuple[str, str], LandingFile] = {}
    for file in files:
        identity = (file.hash, file.mapping.name)
        if identity in landed:
            report.files.append(FileOutcome(file.name, "skipped", message="its content was loaded before"))
        elif identity in fresh:
            message = f"its content is that of {fresh[identity].name}"
            report.files.append(FileOutcome(file.name, "skipped", message=message))
        else:
            fresh[identity] = file
    return list(fresh.values())


def _rewritten(
    connection: duckdb.DuckDBPyConnection, files: list[LandingFile], returns: ErasedReturns, report: LandingReport
) -> list[LandingFile]:
    written: list[LandingFile] = []
    for file in files:
        try:
            written.append(returns.rewritten(file))
        except FileRefusedError as refusal:
            report.files.append(record_refusal(connection, file, refusal))
    report.erased_rows_count = returns.rows_count
    return written


def _told_apart(
    connection: duckdb.DuckDBPyConnection, files: list[LandingFile], contract: Contract, report: LandingReport
) -> list[LandingFile]:
    """Return files of one mapping, or refuse them where the ids of their shop are not its own."""
    try:
        check_ids(connection, files[0].mapping.relation, contract)
    except FileRefusedError as refusal:
        report.files += [record_refusal(connection, file, refusal) for file in files]
        return []
    return files


def _groups(files: Iterable[LandingFile]) -> Iterator[list[LandingFile]]:
    group: list[LandingFile] = []
    bytes_count = 0
    for file in files:
        if group and bytes_count + file.bytes_count > GROUP_BYTES:
            yield group
            group, bytes_count = [], 0
        group.append(file)
        bytes_count += file.bytes_count
    if group:
        yield group


def _land_group(
    connection: duckdb.DuckDBPyConnection,
    files: list[LandingFile],
    report: LandingReport,
    progress: Callable[[str], None],
) -> None:
    opened: list[tuple[LandingFile, RowSource]] = []
    for file in files:
        try:
            opened.append((file, open_rows(file.path, file.format, file.mapping)))
        except FileRefusedError as refusal:
            report.files.append(record_refusal(connection, file, refusal))

    def by_header(pair: tuple[LandingFile, RowSource]) -> tuple[str, ...]:
        return pair[1].header

    for header, same in groupby(sorted(opened, key=by_header), key=by_header):
        members = list(same)
        others = f" and {len(members) - 1} more" if len(members) > 1 else ""
        progress(f"landing {members[0][0].name}{others}")
        report.files += FileBatch(connection, header, members, report).land()


def _keep_rule_results(connection: duckdb.DuckDBPyConnection, report: LandingReport) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    for key, rows_count in sorted(report.judged_rows.items()):
        row = [*key, rows_count, report.broken_rows[key], now]
        connection.execute("insert into landing.rule_results values ($1, $2, $3, $4, $5)", row)
