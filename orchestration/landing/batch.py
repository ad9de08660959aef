"""Files of one mapping and one header: read into one table, judged together, committed one by one.

A run of the suite costs nearly the same for ten rows as for ten thousand, so many small files are
judged at once; but each file has a transaction of its own, so that a crash leaves all of it or nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from expectations.column_types import COLUMN_TYPES
from expectations.row_rules import RowRule, judge_rows, row_rules
from orchestration.landing.ledger import next_instant, record_file, record_refusal
from orchestration.landing.mapping import TableMapping, bind_by_header
from orchestration.landing.reading import READING_ERRORS, RaggedRow, RowSource, check_end
from orchestration.landing.refusal import FileRefusedError, listed, shortened
from orchestration.landing.relations import SEPARATOR, known_relations
from orchestration.landing.report import FileOutcome, LandingFile, LandingReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_EXPRESSION_ERRORS = (duckdb.DataError, duckdb.ProgrammingError)
FRAME_VECTORS = 100  # of 2,048 rows each: the library needs about 1.3 kB a row


class FileBatch:
    """The files of one mapping and header, on their way from disk to raw."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        header: tuple[str, ...],
        files: list[tuple[LandingFile, RowSource]],
        report: LandingReport,
    ) -> None:
        """Bind the mapping to the header; nothing is read yet."""
        self.connection = connection
        self.header = header
        self.files = files
        self.report = report
        self.mapping = files[0][0].mapping
        self.tables = [bind_by_header(table, header) for table in self.mapping.tables]
        self._batch_names = ["_source_row", *header]

    def land(self) -> list[FileOutcome]:
        """Land the files and return what became of each."""
        outcomes: list[FileOutcome] = []
        accepted: list[int] = []
        self._create_incoming()
        for number, (file, source) in enumerate(self.files):
            try:
                if not accepted:  # as good as once: the header is the same for all
                    self._check_mapping(source)
                    self._create_mapped()
                self._read(number, file, source)
                self._map(number)
                accepted.append(number)
            except FileRefusedError as refusal:
                self._forget(number)
                outcomes.append(record_refusal(self.connection, file, refusal))
        if accepted:
            self._judge()
            outcomes += [self._commit(number, *self.files[number]) for number in accepted]
        self._drop_tables()
        return outcomes

    def _create_incoming(self) -> None:
        names = ", ".join(f"{_quoted(name)} varchar" for name in self.header)
        create = "create or replace temp table"
        self.connection.execute(f"{create} incoming (_file integer, _source_row bigint, {names})")
        self.connection.execute(f"{create} broken (_file integer, _source_row bigint, reason varchar)")

    def _create_mapped(self) -> None:
        for position, mapping in enumerate(self.tables):
            create = f"create or replace temp table mapped_{position}"
            self.connection.execute(f"{create} as {self._select(mapping)} limit 0", [0])

    def _working_tables(self) -> list[str]:
        return ["incoming", "broken", *(f"mapped_{position}" for position in range(len(self.tables)))]

    def _drop_tables(self) -> None:
        for name in self._working_tables():
            self.connection.execute(f"drop table if exists temp.{name}")

    def _forget(self, number: int) -> None:
        present = {row[0] for row in self.connection.execute("show tables").fetchall()}
        for name in present.intersection(self._working_tables()):
            self.connection.execute(f"delete from temp.{name} where _file = $1", [number])

    def _check_mapping(self, source: RowSource) -> None:
        for mapping in self.tables:
            for column in mapping.table.columns:
                if column.must_be_in_header and column.name not in mapping.expressions:
                    raise FileRefusedError(
                        f"the header lacks this column, which {mapping.table.id} requires; "
                        f"it has {listed(self.header)}",
                        "Add or rename the column, or write a mapping",
                        line=source.header_line,
                        column=column.name,
                    )
            self._check_expressions(mapping, None, source.header_line)

    def _check_expressions(self, mapping: TableMapping, number: int | None, line: int | None) -> None:
        """Try each expression by itself on a file's rows, or on none, to name the one that fails."""
        for name, expression in (*mapping.expressions.items(), ("where", mapping.where or "true")):
            rows = f"select _source_row, ({expression})::varchar as tried from incoming where _file = $1"
            if name == "where":
                rows = f"select 1 as tried from incoming where _file = $1 and ({expression})"
            try:
                self.connection.execute(f"select count(tried) from ({rows})", [number])
            except _EXPRESSION_ERRORS as error:
                place = f" line {mapping.lines[name]}" if name in mapping.lines else ""
                raise FileRefusedError(
                    f"the mapping {self.mapping.origin}{place} reads `{expression}`, which this file cannot "
                    f"give: {_told(error)}",
                    f"It has {listed(self.header)}; correct the file, or the mapping (try_cast may help)",
                    line=line,
                    column=name,
                ) from None

    def _read(self, number: int, file: LandingFile, source: RowSource) -> None:
        rows = 0
        try:
            for batch in source.batches:
                numbers = source.numbers_after(rows, len(batch))
                self.connection.register("_batch", pa.table([numbers, *batch.columns], names=self._batch_names))
                self.connection.execute(f"insert into incoming select {number}, * from _batch")
                rows += len(batch)
            changed = file.path.stat().st_mtime_ns != file.changed_at
        except READING_ERRORS as error:
            what = f"cannot be read after row {rows + len(source.ragged)} ({type(error).__name__})"
            raise FileRefusedError(what, "Export it again") from None
        if changed:
            raise FileRefusedError("was written to while it was read", "Land it again when it is complete")
        check_end(source, rows + len(source.ragged))

    def _map(self, number: int) -> None:
        """Map one file: an expression sees one file at a time, whatever else arrived with it."""
        for position, mapping in enumerate(self.tables):
            try:
                self.connection.execute(f"insert into mapped_{position} {self._select(mapping)}", [number])
            except _EXPRESSION_ERRORS:
                self._check_expressions(mapping, number, None)
                raise

    def _select(self, mapping: TableMapping) -> str:
        carried = set(mapping.expressions.values())
        extra = [name for name in self.header if _quoted(name) not in carried]
        pairs = ", ".join(f"{_literal(name)}, {_quoted(name)}" for name in extra)
        columns = ", ".join(f"{value} as {_quoted(name)}" for name, value in mapping.landed_values.items())
        return f"""
            select _file, _source_row, {columns},
                {f"json_object({pairs})::varchar" if extra else "null::varchar"} as _extra
            from incoming
            where _file = $1 and ({mapping.where or "true"})
        """

    def _judge(self) -> None:
        reasons: list[pa.Table] = []
        for position, mapping in enumerate(self.tables):
            rules = row_rules(mapping.table, mapping.expressions)
            for frame in self._frames(position, mapping, rules) if rules else ():
                if found := list(self._broken_rows(mapping, rules, frame)):
                    columns = [pa.array(values) for values in zip(*found, strict=True)]
                    reasons.append(pa.table(columns, names=["file", "source_row", "reason"]))
        if reasons:
            self.connection.register("_reasons", pa.concat_tables(reasons))
            self.connection.execute("insert into broken select * from _reasons")
            self.connection.unregister("_reasons")
        self._break_ids_of_shops()
        self._break_untaken_rows()

    def _frames(self, position: int, mapping: TableMapping, rules: list[RowRule]) -> Iterator[pd.DataFrame]:
        wanted = {rule.column for rule in rules}
        parts: list[str] = []
        for column in (column for column in mapping.table.columns if column.name in wanted):
            reading = COLUMN_TYPES[column.type].reading(column.name)
            is_exact = column.type in ("integer", "money")  # judged as doubles: limits need no more
            parts.append(f"({reading}){'::double' if is_exact else ''} as {_quoted(column.name)}")
            unread = f"case when ({reading}) is null then {_quoted(column.name)} end"
            parts.append(f"{unread} as {_quoted(f'{column.name}__unread')}")
        result = self.connection.execute(f"select _file, _source_row, {', '.join(parts)} from mapped_{position}")
        while len(frame := result.fetch_df_chunk(FRAME_VECTORS)):
            yield frame

    def _broken_rows(
        self, mapping: TableMapping, rules: list[RowRule], frame: pd.DataFrame
    ) -> Iterator[tuple[int, int, str]]:
        for outcome in judge_rows(frame, rules):
            key = (mapping.table.id, outcome.rule.name)
            self.report.judged_rows[key] += outcome.rows_count
            self.report.broken_rows[key] += len(outcome.broken_rows)
            for row in outcome.broken_rows:
                place = int(frame.at[row, "_file"]), int(frame.at[row, "_source_row"])
                yield (
                    *place,
                    f"{outcome.rule.column}: {_shown(outcome.rule, frame, row)}{outcome.rule.reason}",
                )

    def _break_ids_of_shops(self) -> None:
        """Put rows of no shop aside whose ids would be taken for those of one."""
        relations = [] if self.mapping.relation else known_relations(self.connection)
        for position, mapping in enumerate(self.tables if relations else ()):
            for column in (column for column in mapping.table.columns if column.is_id):
                self.connection.execute(
                    f"""
                    insert into broken
                    select _file, _source_row, '{column.name}: begins like the ids of the shop ' || relation
                        || '; send the row in that shop''s folder, or give the folder another name'
                    from mapped_{position}, (select unnest($1) as relation)
                    where starts_with({_quoted(column.name)}, relation || '{SEPARATOR}')
                    """,
                    [relations],
                )

    def _break_untaken_rows(self) -> None:
        takers = [f"mapped_{n}" for n, mapping in enumerate(self.tables) if not mapping.one_row_per]
        taken = " union all ".join(f"select _file, _source_row from {name}" for name in takers)
        self.connection.execute(f"""
            insert into broken
            select _file, _source_row, 'no table of the mapping takes this row'
            from incoming anti join ({taken}) as taken using (_file, _source_row)
        """)

    def _commit(self, number: int, file: LandingFile, source: RowSource) -> FileOutcome:
        loaded_at = next_instant(self.connection)
        self.connection.begin()
        try:
            for position, mapping in enumerate(self.tables):
                self._insert_raw(position, mapping, number, [file.name, file.hash, loaded_at])
            lineage = [file.name, self.mapping.name, file.hash, loaded_at, self.mapping.relation]
            quarantined = self._quarantine(number, source, lineage)
            outcome = self._outcome(number, file, source, quarantined)
            record_file(self.connection, file, outcome, loaded_at)
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise
        return outcome

    def _insert_raw(self, position: int, mapping: TableMapping, number: int, lineage: list[object]) -> None:
        names = ", ".join(_quoted(name) for name in mapping.table.column_names)
        keys = ", ".join(_quoted(name) for name in mapping.one_row_per)
        first = f"where _source_row in (select min(_source_row) from sound group by {keys})" if keys else ""
        inserted = self.connection.execute(
            f"""
            insert into raw.{mapping.table.raw_name}
                ({names}, _extra, _source_file, _source_row, _content_hash, _loaded_at)
            with sound as (
                from mapped_{position} anti join broken using (_file, _source_row) where _file = $1
            )
            select {names}, _extra, $2, _source_row, $3, $4 from sound {first} order by _source_row
            """,
            [number, *lineage],
        ).fetchone()
        self.report.rows_by_table[mapping.table.id] += inserted[0] if inserted else 0

    def _quarantine(self, number: int, source: RowSource, lineage: list[object]) -> int:
        """Put the file's broken and ragged rows aside and return how many they are."""
        counted = self.connection.execute(
            "select count(distinct _source_row) from broken where _file = $1", [number]
        ).fetchone()
        broken_count = counted[0] if counted else 0
        if broken_count:
            self._insert_broken(number, lineage)
        if source.ragged:
            self._insert_ragged(source.ragged, lineage)
        return broken_count + len(source.ragged)

    def _insert_broken(self, number: int, lineage: list[object]) -> None:
        pairs = ", ".join(f"{_literal(name)}, {_quoted(name)}" for name in self.header)
        self.connection.execute(
            f"""
            insert into landing.quarantine
            select $2, _source_row, $3, json_object({pairs})::varchar, reasons, $4, $5, $6
            from incoming
            inner join (
                select _file, _source_row, list(distinct reason order by reason) as reasons
                from broken group by _file, _source_row
            ) as judged using (_file, _source_row)
            where _file = $1
            order by _source_row
            """,
            [number, *lineage],
        )

    def _insert_ragged(self, ragged: list[RaggedRow], lineage: list[object]) -> None:
        rows = [(row.source_row, row.text, row.reason) for row in ragged]
        columns = [pa.array(values) for values in zip(*rows, strict=True)]
        self.connection.register("_ragged", pa.table(columns, names=["source_row", "text", "reason"]))
        self.connection.execute(
            "insert into landing.quarantine select $1, source_row, $2, text, [reason], $3, $4, $5 from _ragged",
            lineage,
        )
        self.connection.unregister("_ragged")

    def _outcome(self, number: int, file: LandingFile, source: RowSource, quarantined: int) -> FileOutcome:
        counted = self.connection.execute("select count(*) from incoming where _file = $1", [number]).fetchone()
        rows = (counted[0] if counted else 0) + len(source.ragged)
        known = {name for mapping in self.tables for name in mapping.table.column_names}
        added = () if self.mapping.origin else tuple(name for name in self.header if name not in known)
        return FileOutcome(file.name, "landed", rows, rows - quarantined, quarantined, added_columns=added)


def _told(error: Exception) -> str:
    """Return the first line of an error; one about a value is told without the value, which may be personal."""
    first = str(error).splitlines()[0]
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", first) if isinstance(error, duckdb.DataError) else first


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _shown(rule: RowRule, frame: pd.DataFrame, row: int) -> str:
    """Return the offending value in quotes; nothing where there is none, or where it is personal."""
    if rule.is_personal or rule.name.endswith("_present"):
        return ""
    value = frame.at[row, rule.frame_column]
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return f"'{shortened(text)}' "
