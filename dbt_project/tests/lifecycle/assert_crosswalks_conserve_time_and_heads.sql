{{ config(meta={"dagster": {"ref": {"name": "dim_stage_crosswalk"}}}) }}
-- A vocabulary may rename and join stages; it may not lose or double anybody or any time.
with

stays as (

    select * from {{ ref('fct_stage_intervals') }}

),

canonical as (

    select
        lifecycle_id,
        count(*) as stays_count,
        sum(latest_days) as days,
        count(case when is_current then 1 end) as heads_count
    from stays
    group by lifecycle_id

),

mapped as (

    select
        crosswalk.vocabulary,
        stays.lifecycle_id,
        count(*) as stays_count,
        sum(stays.latest_days) as days,
        count(case when stays.is_current then 1 end) as heads_count
    from stays
    inner join {{ ref('dim_stage_crosswalk') }} as crosswalk
        on
            stays.lifecycle_id = crosswalk.lifecycle_id
            and stays.stage = crosswalk.stage
    group by crosswalk.vocabulary, stays.lifecycle_id

)

select mapped.vocabulary
from mapped
inner join canonical
    on mapped.lifecycle_id = canonical.lifecycle_id
where
    mapped.stays_count != canonical.stays_count
    or mapped.heads_count != canonical.heads_count
    or abs(mapped.days - canonical.days) > 0.000001 * canonical.days
