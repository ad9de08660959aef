-- How old the stays in a stage are at a day's end, in the middle: of an even number the mean of the middle two.
-- Those who entered on one day are counted together, so the cost grows with days, not with stays.
-- One row per lifecycle id, stage and day with stock.
with

stage_stays_dated as (

    select * from {{ ref('int_stage_stays_dated') }}

),

days_spined as (

    select * from {{ ref('int_days_spined') }}

),

entries as (

    select
        lifecycle_id,
        stage,
        entered_date,
        sum(stays_count) as entered_count,
        case when count(*) = count(left_date) then max(left_date) end as emptied_date
    from stage_stays_dated
    group by lifecycle_id, stage, entered_date

),

exits as (

    select
        lifecycle_id,
        stage,
        entered_date,
        left_date,
        sum(stays_count) as left_count
    from stage_stays_dated
    where left_date is not null
    group by lifecycle_id, stage, entered_date, left_date

),

cells as (

    select
        entries.lifecycle_id,
        entries.stage,
        entries.entered_date,
        days_spined.day_start_date,
        entries.entered_count - sum(coalesce(exits.left_count, 0)) over (
            partition by entries.lifecycle_id, entries.stage, entries.entered_date
            order by days_spined.day_start_date
        ) as stock_count
    from entries
    inner join days_spined
        on
            entries.entered_date <= days_spined.day_start_date
            and coalesce(entries.emptied_date > days_spined.day_start_date, true)
    left join exits
        on
            entries.lifecycle_id = exits.lifecycle_id
            and entries.stage = exits.stage
            and entries.entered_date = exits.entered_date
            and days_spined.day_start_date = exits.left_date

),

cells_ranked as (

    select
        lifecycle_id,
        stage,
        day_start_date,
        {{ dbt.datediff('entered_date', 'day_start_date', 'day') }} as age_days,
        sum(stock_count) over (
            partition by lifecycle_id, stage, day_start_date
            order by entered_date desc
        ) as younger_count,
        sum(stock_count) over (partition by lifecycle_id, stage, day_start_date) as stock_count
    from cells

),

stage_ages_ranked as (

    select
        lifecycle_id,
        stage,
        day_start_date,
        (
            min(case when 2 * younger_count >= stock_count then age_days end)
            + min(case when 2 * younger_count > stock_count then age_days end)
        ) / cast(2 as double) as median_age_days
    from cells_ranked
    group by lifecycle_id, stage, day_start_date

)

select * from stage_ages_ranked
