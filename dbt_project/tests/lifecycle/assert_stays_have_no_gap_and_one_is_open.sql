{{ config(meta={"dagster": {"ref": {"name": "fct_stage_intervals"}}}) }}
-- Stock and duration are counted from stays, so a life must be covered once, without a hole, up to now.
with

stays as (

    select
        lifecycle_id,
        entity_id,
        valid_from_at,
        valid_to_at,
        is_current,
        lead(valid_from_at) over (
            partition by lifecycle_id, entity_id
            order by valid_from_at
        ) as next_from_at
    from {{ ref('fct_stage_intervals') }}

)

select *
from stays
where
    valid_to_at is distinct from next_from_at
    or valid_to_at <= valid_from_at
    or is_current != (valid_to_at is null)
