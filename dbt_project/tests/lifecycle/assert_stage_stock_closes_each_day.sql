{{ config(meta={"dagster": {"ref": {"name": "rpt_stage_population"}}}) }}
-- Stock = stock of the day before + entered - exited, the stock by stays, the flow by moves; and on the last day the
-- stock, the stagnant and the age are those of the open stays.
with

population as (

    select
        *,
        lag(stock_count, 1, 0) over (
            partition by lifecycle_id, stage
            order by day_start_date
        ) as opening_stock_count
    from {{ ref('rpt_stage_population') }}

),

last_day as (

    select max(day_start_date) as day_start_date from {{ ref('rpt_stage_population') }}

),

open_stays as (

    select
        stays.lifecycle_id,
        stays.stage,
        count(*) as stock_count,
        count(case when stays.current_days > stages.max_days then 1 end) as stagnant_count,
        max(stays.current_days) as oldest_days
    from {{ ref('fct_stage_intervals') }} as stays
    inner join {{ ref('dim_stages') }} as stages
        on stays.lifecycle_id = stages.lifecycle_id and stays.stage = stages.stage
    where stays.is_current
    group by stays.lifecycle_id, stays.stage

)

select population.*
from population
cross join last_day
left join open_stays
    on
        population.lifecycle_id = open_stays.lifecycle_id
        and population.stage = open_stays.stage
        and population.day_start_date = last_day.day_start_date
where
    population.stock_count != population.opening_stock_count + population.entered_count - population.exited_count
    or population.exited_count != population.converted_count + population.spilled_count + population.recycled_count
    or population.stagnant_count > population.stock_count
    or (population.stock_count = 0) != (population.median_age_days is null)
    or (
        population.day_start_date = last_day.day_start_date
        and (
            population.stock_count != coalesce(open_stays.stock_count, 0)
            or population.stagnant_count != coalesce(open_stays.stagnant_count, 0)
            or population.median_age_days > open_stays.oldest_days + 1
        )
    )
