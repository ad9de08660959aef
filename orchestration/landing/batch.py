"""Files of one mapping and one header: read into one table, judged together, committed one by one.

A run of the suite costs nearly the same for ten rows as for ten thousand, so many small files are
judged at once; but each file has a transaction of its own, so that a crash leaves all of it or nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from expectations.column_types import COLUMN_TYPES
from expectations.row_rules import RowRule, judge_rows, row_rules
from orchestration.landing.ledger import next_instant, record_file, record_refusal
from orchestration.landing.mapping import TableMapping, bind_by_header
from orchestration.landing.reading import RowSource, check_end
from orchestration.landing.refusal import FileRefusedError
from orchestration.landing.report import FileOutcome, LandingFile, LandingReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

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

    def land(self) -> list[FileOutcome]:
        """Land the files and return what became of each."""
        self._create_tables()
        outcomes: list[FileOutcome] = []
        numbers: list[int] = []
        for number, (file, source) in enumerate(self.files):
            try:
                self._check_mapping()
                self._read(number, source)
                numbers.append(number)
            except FileRefusedError as refusal:
                self.connection.execute("delete from incoming where _file = $1", [number])
                outcomes.append(record_refusal(self.connection, file, refusal))
        if numbers:
            self._map(numbers)
            self._judge()
            outcomes += [self._commit(number, *self.files[number]) for number in numbers]
        self._drop_tables()
        return outcomes

    def _create_tables(self) -> None:
        names = ", ".join(f'"{name}" varchar' for name in self.header)
        self.connection.execute(f"create temp table incoming (_file integer, _source_row bigint, {names})")
        self.connection.execute("create temp table broken (_file integer, _source_row bigint, reason varchar)")

    def _drop_tables(self) -> None:
        for name in ("incoming", "broken", *(f"mapped_{number}" for number in range(len(self.tables)))):
            self.connection.execute(f"drop table if exists temp.{name}")

    def _check_mapping(self) -> None:
        for mapping in self.tables:
            for column in mapping.table.columns:
                if column.must_be_in_header and column.name not in mapping.expressions:
                    raise FileRefusedError(
                        f"the header lacks this column, which {mapping.table.id} requires; "
                        f"it has {', '.join(self.header)}",
                        "Add or rename the column, or write a mapping",
                        line=1,
                        column=column.name,
                    )
            for name, expression in (*mapping.expressions.items(), ("where", mapping.where or "true")):
                self._check_expression(mapping, name, expression)

    def _check_expression(self, mapping: TableMapping, name: str, expression: str) -> None:
        try:
            self.connection.execute(f"select {expression} from incoming limit 0")
        except duckdb.Error as error:
            line = f" line {mapping.lines[name]}" if name in mapping.lines else ""
            raise FileRefusedError(
                f"the mapping {self.mapping.origin}{line} reads `{expression}`, which this file cannot give: "
                f"{str(error).splitlines()[0]}",
                f"It has {', '.join(self.header)}; correct the mapping or the file",
                line=1,
                column=name,
            ) from None

    def _read(self, number: int, source: RowSource) -> None:
        rows = 0
        try:
            for batch in source.batches:
                numbers = pa.array(range(rows + 1, rows + len(batch) + 1), pa.int64())
                frame = pa.table([numbers, *batch.columns], names=["_source_row", *self.header])
                self.connection.register("_batch", frame)
                self.connection.execute(f"insert into incoming select {number}, * from _batch")
                rows += len(batch)
        except (pa.ArrowInvalid, OSError, EOFError) as error:
            raise FileRefusedError(f"cannot be read: {error}", "Export it again", line=rows + 2) from None
        for ragged in sorted(source.ragged, key=lambda row: row.source_row):
            shift = "update incoming set _source_row = _source_row + 1 where _file = $1 and _source_row >= $2"
            self.connection.execute(shift, [number, ragged.source_row])
        check_end(source, rows + len(source.ragged))

    def _map(self, numbers: list[int]) -> None:
        for position, mapping in enumerate(self.tables):
            select = self._select(mapping)
            self.connection.execute(f"create temp table mapped_{position} as {select} limit 0", [0])
            for number in numbers:  # an expression sees one file at a time, whatever else arrived with it
                self.connection.execute(f"insert into mapped_{position} {select}", [number])

    def _select(self, mapping: TableMapping) -> str:
        carried = {expression.strip('"') for expression in mapping.expressions.values()}
        extra = [name for name in self.header if name not in carried]
        pairs = ", ".join(f"{_literal(name)}, {_quoted(name)}" for name in extra)
        columns = ", ".join(
            f"({mapping.expressions.get(name, 'null')})::varchar as {_quoted(name)}"
            for name in mapping.table.column_names
        )
        return f"""
            select _file, _source_row, {columns},
                {f"json_object({pairs})::varchar" if extra else "null::varchar"} as _extra
            from incoming
            where _file = $1 and ({mapping.where or "true"})
        """

    def _judge(self) -> None:
        reasons: list[tuple[int, int, str]] = []
        for position, mapping in enumerate(self.tables):
            rules = row_rules(mapping.table, mapping.expressions)
            for frame in self._frames(position, mapping, rules) if rules else ():
                reasons += self._broken_rows(mapping, rules, frame)
        if reasons:
            columns = [pa.array(values) for values in zip(*reasons, strict=True)]
            self.connection.register("_reasons", pa.table(columns, names=["file", "source_row", "reason"]))
            self.connection.execute("insert into broken select * from _reasons")
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
                yield *place, f"{outcome.rule.column}: {_shown(outcome.rule, frame, row)}{outcome.rule.reason}"

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
            quarantined = self._insert_quarantine(number, file, source, loaded_at)
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
        first = f"qualify row_number() over (partition by {keys} order by _source_row) = 1" if keys else ""
        inserted = self.connection.execute(
            f"""
            insert into raw.{mapping.table.raw_name}
                ({names}, _extra, _source_file, _source_row, _content_hash, _loaded_at)
            select {names}, _extra, $2, _source_row, $3, $4
            from mapped_{position} anti join broken using (_file, _source_row)
            where _file = $1 {first}
            order by _source_row
            """,
            [number, *lineage],
        ).fetchone()
        self.report.rows_by_table[mapping.table.id] += inserted[0] if inserted else 0

    def _insert_quarantine(self, number: int, file: LandingFile, source: RowSource, loaded_at: object) -> int:
        pairs = ", ".join(f"{_literal(name)}, {_quoted(name)}" for name in self.header)
        insert = "insert into landing.quarantine"
        self.connection.execute(
            f"""
            {insert}
            select $2, _source_row, $3, json_object({pairs})::varchar, reasons, $4, $5
            from incoming
            inner join (
                select _file, _source_row, list(distinct reason order by reason) as reasons
                from broken group by _file, _source_row
            ) as judged using (_file, _source_row)
            where _file = $1
            order by _source_row
            """,
            [number, file.name, self.mapping.name, file.hash, loaded_at],
        )
        for ragged in source.ragged:
            row = [file.name, ragged.source_row, self.mapping.name, ragged.text, [ragged.reason], file.hash, loaded_at]
            self.connection.execute(f"{insert} values ($1, $2, $3, $4, $5, $6, $7)", row)
        counted = self.connection.execute(
            "select count(distinct _source_row) from broken where _file = $1", [number]
        ).fetchone()
        return (counted[0] if counted else 0) + len(source.ragged)

    def _outcome(self, number: int, file: LandingFile, source: RowSource, quarantined: int) -> FileOutcome:
        counted = self.connection.execute("select count(*) from incoming where _file = $1", [number]).fetchone()
        rows = (counted[0] if counted else 0) + len(source.ragged)
        known = {name for mapping in self.tables for name in mapping.table.column_names}
        added = () if self.mapping.origin else tuple(name for name in self.header if name not in known)
        return FileOutcome(file.name, "landed", rows, rows - quarantined, quarantined, added_columns=added)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _shown(rule: RowRule, frame: pd.DataFrame, row: int) -> str:
    """Return the offending value for the message, in quotes, or nothing where there is none."""
    if rule.name.endswith("_present"):
        return ""
    value = frame.at[row, rule.frame_column]
    return f"'{value:g}' " if isinstance(value, float) else f"'{value}' "
