"""What the contract's column types mean: which texts are accepted, and the SQL that reads them.

Engines read more than they should: DuckDB casts `2024-01-01T10:00+02:00` to a timestamp by dropping
the offset, and takes `epoch`, `nan` and `1_000`; it takes `24:00:00` for the next midnight, which Spark
does not. So a text is first held against a pattern, then cast.
Instants are those of the years 1900 to 9999, UTC: the stage engine counts from 1900, the calendar has 200 years, and
no library here reads more than four digits. Numbers stay below 10^12, so that sums of money fit decimal(18, 4), and
integers within 32 bits.
Staging models cast with the macros of the same names in `dbt_project/macros/`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnType:
    """A type of the contract."""

    name: str
    pattern: str
    cast: str
    remedy: str

    def reading(self, column: str) -> str:
        """Return the SQL that reads a text column; NULL where the text cannot be read."""
        quoted = f'"{column}"'
        cast = self.cast.format(quoted)
        return f"case when regexp_full_match({quoted}, '{self.pattern}') then {cast} end"


_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET = r"(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_MINUTE = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9]"
_SECOND = r":[0-5][0-9]([.][0-9]{1,6})?"
LOCAL_TIME = rf"{_DAY}{_MINUTE}({_SECOND})?"  # a day and a time of day, without an offset

_REAL = "case when year({0}) between 1900 and 9999 then {0} end"

COLUMN_TYPES = {
    kind.name: kind
    for kind in (
        ColumnType("text", r"(?s).*", "{}", "send text"),
        ColumnType(
            "integer", r"[+-]?[0-9]+", "try_cast({} as integer)", "send digits only, such as 1299, below 2147483648"
        ),
        ColumnType(
            "number",
            r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?",
            "case when abs(try_cast({0} as double)) < 1e12 then try_cast({0} as double) end",
            "send a number with a point and no thousands separator, such as 1299.5, of up to twelve digits before it",
        ),
        ColumnType(
            "money",
            r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?",
            "case when abs(try_cast({0} as decimal(18, 4))) < 1e12 then try_cast({0} as decimal(18, 4)) end",
            "send an amount with a point and no thousands separator or currency sign, such as 1299.50, of up to twelve"
            " digits before it",
        ),
        ColumnType("boolean", r"(?i)(true|false|t|f|1|0)", "try_cast({} as boolean)", "send true or false"),
        ColumnType(
            "date",
            _DAY,
            _REAL.format("try_cast({0} as date)"),
            "send a real day from 1900 on as YYYY-MM-DD, or map it with a date format",
        ),
        ColumnType(
            "timestamp",
            rf"{_DAY}|{LOCAL_TIME}|{_DAY}{_MINUTE}{_SECOND}{_OFFSET}",
            _REAL.format("try_cast({0} as timestamptz) at time zone 'UTC'"),
            "send a real instant from 1900 on as YYYY-MM-DD HH:MM:SS, or map it with a date format",
        ),
    )
}
