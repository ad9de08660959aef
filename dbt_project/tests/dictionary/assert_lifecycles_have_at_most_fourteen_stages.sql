{{ config(meta={"dagster": {"ref": {"name": "lifecycle_stages"}}}) }}
-- A transition map packs four bits a stage into one signed integer of 64 bits; 0 is outside, 15 would overflow.
select
    lifecycle_id,
    stage,
    stage_number
from {{ ref('lifecycle_stages') }}
where not stage_number between 1 and 14
