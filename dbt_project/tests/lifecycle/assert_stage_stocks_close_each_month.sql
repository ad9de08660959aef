{{ config(meta={"dagster": {"ref": {"name": "fct_stage_intervals"}}}) }}
-- Stock of a month = stock of the month before + entered - exited: the stock by stays, the flow by moves.
-- Stocks begin at zero, so they agree when each month's change does.
with

changes as (

    select
        lifecycle_id,
        stage,
        valid_from_at as changed_at,
        1 as by_stays,
        0 as by_moves
    from {{ ref('fct_stage_intervals') }}
    union all
    select
        lifecycle_id,
        stage,
        valid_to_at,
        -1,
        0
    from {{ ref('fct_stage_intervals') }}
    where valid_to_at is not null
    union all
    select
        lifecycle_id,
        to_stage,
        occurred_at,
        0,
        1
    from {{ ref('fct_stage_transitions') }}
    union all
    select
        lifecycle_id,
        from_stage,
        occurred_at,
        0,
        -1
    from {{ ref('fct_stage_transitions') }}
    where from_stage != 'outside'

)

select
    lifecycle_id,
    stage,
    {{ dbt.date_trunc('month', 'changed_at') }} as month_start_at,
    sum(by_stays) as change_by_stays,
    sum(by_moves) as change_by_moves
from changes
group by 1, 2, 3
having sum(by_stays) != sum(by_moves)
