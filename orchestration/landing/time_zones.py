"""Local times of a source whose clocks stand in one zone, told in UTC as SQL.

DuckDB's own time zone functions turn a time that the clocks skipped into another one, and take the second of two
instants at which they showed the same. Here the first is told as such, and of two the first counts.
"""

from __future__ import annotations

import zoneinfo
from functools import cache

import duckdb

from expectations.column_types import LOCAL_TIME

_MACROS = f"""
create or replace temp macro utc_at(shown, zone) as timezone('UTC', timezone(zone, shown));
create or replace temp macro shown_at(instant, zone) as timezone(zone, timezone('UTC', instant));

-- by the offset of the day before, which holds until the clocks are put back
create or replace temp macro first_utc_at(shown, zone) as
    shown - (shown_at(utc_at(shown, zone) - interval 1 day, zone) - (utc_at(shown, zone) - interval 1 day));

create or replace temp macro told_in_utc(told, zone) as case
    when not regexp_full_match(told, '{LOCAL_TIME}') then told
    when coalesce(year(utc_at(try_cast(told as timestamp), zone)) not between 1900 and 9999, true) then told
    when shown_at(first_utc_at(try_cast(told as timestamp), zone), zone) = try_cast(told as timestamp)
        then first_utc_at(try_cast(told as timestamp), zone)::varchar || 'Z'
    when shown_at(utc_at(try_cast(told as timestamp), zone), zone) = try_cast(told as timestamp)
        then utc_at(try_cast(told as timestamp), zone)::varchar || 'Z'
    else told || ', skipped by the clocks of ' || zone
end;
"""


def prepare_zones(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the macro `told_in_utc`.

    It takes an instant as text. What has an offset or no time of day, or cannot be read, stays as it is; so does what
    lies before 1900 or beyond 9999, for it is no time that a clock has shown. What the clocks skipped comes back as
    text that is no instant.
    """
    connection.execute(_MACROS)


@cache
def known_zones() -> frozenset[str]:
    """Return IANA's names that the engine knows; all of the engine's where the system has none."""
    rows = duckdb.execute("select name from pg_timezone_names()").fetchall()
    names = frozenset(name for (name,) in rows)
    return names & zoneinfo.available_timezones() or names
