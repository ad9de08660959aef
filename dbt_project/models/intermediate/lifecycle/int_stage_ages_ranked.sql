-- How old the stays in a stage are at a day's end, in the middle: of an even number the mean of the middle two.
-- Of the months in which the middle was found, each day of entry is asked how many of its stays are left.
-- One row per lifecycle id, stage and day with stock.
with

stage_stays_dated as (

    select * from {{ ref('int_stage_stays_dated') }}

),

stage_ages_bracketed as (

    select * from {{ ref('int_stage_ages_bracketed') }}

),

entries as (

    select distinct
        lifecycle_id,
        stage,
        entered_date,
        cast({{ dbt.date_trunc('month', 'entered_date') }} as date) as entered_month_date
    from stage_stays_dated

),

{# Questions stand among the changes, so that one running sum answers them all. #}
changes as (

    select
        lifecycle_id,
        stage,
        entered_date,
        entered_date as day_start_date,
        stays_count as change_count,
        cast(null as bigint) as younger_count,
        cast(null as bigint) as stage_stock_count
    from stage_stays_dated
    union all
    select
        lifecycle_id,
        stage,
        entered_date,
        left_date,
        -stays_count,
        null,
        null
    from stage_stays_dated
    where left_date is not null
    union all
    select
        entries.lifecycle_id,
        entries.stage,
        entries.entered_date,
        brackets.day_start_date,
        0,
        brackets.younger_count,
        brackets.stage_stock_count
    from entries
    inner join stage_ages_bracketed as brackets
        on
            entries.lifecycle_id = brackets.lifecycle_id
            and entries.stage = brackets.stage
            and entries.entered_month_date = brackets.entered_month_date
            and entries.entered_date <= brackets.day_start_date

),

changes_summed as (

    select
        *,
        sum(change_count) over (
            partition by lifecycle_id, stage, entered_date
            order by day_start_date
        ) as stock_count
    from changes

),

answers as (

    select
        lifecycle_id,
        stage,
        day_start_date,
        stage_stock_count,
        {{ dbt.datediff(
            'entered_date', 'day_start_date', 'day'
        ) }} as age_days,
        younger_count + sum(stock_count) over (
            partition by lifecycle_id, stage, day_start_date, younger_count
            order by entered_date desc
        ) as stock_so_far_count
    from changes_summed
    where stage_stock_count is not null

),

stage_ages_ranked as (

    select
        lifecycle_id,
        stage,
        day_start_date,
        (
            min(case when 2 * stock_so_far_count >= stage_stock_count then age_days end)
            + min(case when 2 * stock_so_far_count > stage_stock_count then age_days end)
        ) / cast(2 as double) as median_age_days
    from answers
    group by lifecycle_id, stage, day_start_date

)

select * from stage_ages_ranked
