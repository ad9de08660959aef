"""Where a customer can be reached: addresses lie in raw alone, so a wave records the row of raw that has each.

The newest version of a record holds, whenever it was landed: who was deleted since the release, or has withdrawn
consent since, is not written to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from orchestration.privacy.tombstones import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import duckdb

FIELD_OF_CHANNEL = {"email": "email", "sms": "phone", "phone": "phone", "call": "phone", "wechat": "phone"}

_VERSIONS = """
    select *, {key} as record_id, try_cast(updated_at as timestamptz) as changed_at,
        row_number() over (
            partition by {key}
            order by try_cast(updated_at as timestamptz) desc nulls last, _loaded_at desc, _source_row desc
        ) as version_rank
    from raw.{table}
"""
_RECORD = "record_id, changed_at, email, phone, _loaded_at, _content_hash, _source_row"
_FIND = f"""
    with contacts as ({_VERSIONS.format(key="contact_id", table="crm__contacts")}),

    deleted_contacts as (
        select record_id from contacts where version_rank = 1 and trim(deleted_at) != ''
    ),

    leads as ({_VERSIONS.format(key="lead_id", table="crm__leads")}),

    records as (
        select 'contact_created' as event_type, 'crm__contacts' as address_table, 1 as table_rank, {_RECORD}
        from contacts
        where version_rank = 1 and coalesce(trim(deleted_at), '') = '' and coalesce(trim(merged_into), '') = ''
        union all
        select 'lead_created', 'crm__leads', 2, {_RECORD}
        from leads
        where version_rank = 1
            and not exists (select 1 from deleted_contacts as gone where gone.record_id = leads.converted_contact_id)
    ),

    addresses as (
        select wanted.customer_id, records.*
        from wanted
        inner join published.fct_customer_events as events on wanted.customer_id = events.customer_id
        inner join records
            on events.event_type = records.event_type and events.source_record_id = records.record_id
        where trim(case wanted.field when 'email' then records.email when 'phone' then records.phone end) != ''
    )

    select customer_id, address_table, _content_hash, _source_row from addresses
    qualify row_number() over (
        partition by customer_id
        order by table_rank, changed_at desc nulls last, _loaded_at desc, _source_row desc, record_id
    ) = 1
"""
_WITHDRAWN = """
    with newest as (
        select contact_id, channel, try_cast(is_granted as boolean) as is_granted,
            try_cast(valid_to_at as timestamp) as valid_to_at,
            row_number() over (
                partition by contact_id, channel
                order by try_cast(valid_from_at as timestamp) desc, _loaded_at desc, _source_row desc
            ) as version_rank
        from raw.marketing__consents
    ),

    said as (
        select wanted.customer_id, newest.is_granted and coalesce(newest.valid_to_at > $1, true) as is_granted
        from wanted
        inner join published.fct_customer_events as events
            on wanted.customer_id = events.customer_id and events.event_type = 'contact_created'
        inner join newest on events.source_record_id = newest.contact_id and newest.version_rank = 1
        where newest.channel in ('all', wanted.channel)
    )

    select distinct customer_id from said where not is_granted
"""
_READ = " union all ".join(
    f"""
    select wanted.customer_id, min(trim(case wanted.field when 'email' then email when 'phone' then phone end))
    from wanted
    inner join raw.{table} as records
        on wanted.table_name = '{table}' and wanted.content_hash = records._content_hash
            and wanted.source_row = records._source_row
    group by wanted.customer_id
    """
    for table in ("crm__contacts", "crm__leads")
)


@dataclass(frozen=True)
class Place:
    """The row of raw that has a customer's address."""

    table: str
    content_hash: str
    source_row: int


def find_places(
    connection: duckdb.DuckDBPyConnection, published: Path, channels: Mapping[str, str | None]
) -> dict[str, Place]:
    """Return where the address is that each customer's channel needs; who has none is left out.

    Contacts go before leads, then the record changed last; a deleted contact's leads count as deleted.

    Args:
        connection: the working database.
        published: the file with the events that say which records are a customer's.
        channels: the channel of each customer.
    """
    wanted = pa.table(
        {"customer_id": pa.array(channels, pa.string()), "field": pa.array(map(_field, channels.values()), pa.string())}
    )
    connection.execute(f"attach '{str(published).replace(chr(39), chr(39) * 2)}' as published (read_only)")
    connection.register("wanted", wanted)
    try:
        found = connection.execute(_FIND).fetchall()
    finally:
        connection.unregister("wanted")
        connection.execute("detach published")
    return {customer: Place(*place) for customer, *place in found}


def withdrawn_since(
    connection: duckdb.DuckDBPyConnection, published: Path, channels: Mapping[str, str | None], now: datetime
) -> set[str]:
    """Return whose consent to its channel, or to all, was withdrawn or has run out, by the newest word of any contact.

    The list knows what was landed when it was made; this asks raw, which knows what was landed since.

    Args:
        connection: the working database.
        published: the file with the events that say which contacts are a customer's.
        channels: the channel of each customer.
        now: until when a permission has to hold.
    """
    wanted = pa.table(
        {"customer_id": pa.array(channels, pa.string()), "channel": pa.array(channels.values(), pa.string())}
    )
    connection.execute(f"attach '{str(published).replace(chr(39), chr(39) * 2)}' as published (read_only)")
    connection.register("wanted", wanted)
    try:
        return {customer for (customer,) in connection.execute(_WITHDRAWN, [now]).fetchall()}
    finally:
        connection.unregister("wanted")
        connection.execute("detach published")


def read_addresses(
    connection: duckdb.DuckDBPyConnection, places: Mapping[str, tuple[str | None, Place]]
) -> dict[str, str]:
    """Return the address at each customer's place for its channel; what was erased from raw is left out."""
    fields, spots = [_field(channel) for channel, _ in places.values()], [place for _, place in places.values()]
    wanted = pa.table(
        {
            "customer_id": pa.array(places, pa.string()),
            "field": pa.array(fields, pa.string()),
            "table_name": pa.array([spot.table for spot in spots], pa.string()),
            "content_hash": pa.array([spot.content_hash for spot in spots], pa.string()),
            "source_row": pa.array([spot.source_row for spot in spots], pa.int64()),
        }
    )
    connection.register("wanted", wanted)
    try:
        found = dict(connection.execute(_READ).fetchall())
    finally:
        connection.unregister("wanted")
    return {
        customer: _digits(address) if field == "phone" else address
        for customer, field in zip(places, fields, strict=True)
        if (address := found.get(customer)) and not is_stand_in(address)
    }


def _digits(number: str) -> str:
    """Return a telephone number as campaign tools read it: digits only, whatever a person wrote around them."""
    return re.sub(r"\D", "", number)


def _field(channel: str | None) -> str | None:
    return FIELD_OF_CHANNEL.get(channel or "")
