-- In which months those entered a stage who are in the middle by age at a day's end, and how many are younger than any
-- of that month. Looking at months before days keeps the cost of long histories down.
-- One row per lifecycle id, stage, day and entered month.
with

stage_stays_dated as (

    select * from {{ ref('int_stage_stays_dated') }}

),

days_spined as (

    select * from {{ ref('int_days_spined') }}

),

changes as (

    select
        lifecycle_id,
        stage,
        cast({{ dbt.date_trunc('month', 'entered_date') }} as date) as entered_month_date,
        entered_date as changed_date,
        stays_count as change_count
    from stage_stays_dated
    union all
    select
        lifecycle_id,
        stage,
        cast({{ dbt.date_trunc('month', 'entered_date') }} as date),
        left_date,
        -stays_count
    from stage_stays_dated
    where left_date is not null

),

changes_by_day as (

    select
        lifecycle_id,
        stage,
        entered_month_date,
        changed_date,
        sum(change_count) as change_count
    from changes
    group by lifecycle_id, stage, entered_month_date, changed_date

),

months as (

    select
        lifecycle_id,
        stage,
        entered_month_date,
        min(changed_date) as first_date,
        case when sum(change_count) = 0 then max(changed_date) end as emptied_date
    from changes_by_day
    group by lifecycle_id, stage, entered_month_date

),

month_days as (

    select
        months.lifecycle_id,
        months.stage,
        months.entered_month_date,
        days_spined.day_start_date,
        sum(coalesce(changes_by_day.change_count, 0)) over (
            partition by months.lifecycle_id, months.stage, months.entered_month_date
            order by days_spined.day_start_date
        ) as stock_count
    from months
    inner join days_spined
        on
            months.first_date <= days_spined.day_start_date
            and coalesce(months.emptied_date > days_spined.day_start_date, true)
    left join changes_by_day
        on
            months.lifecycle_id = changes_by_day.lifecycle_id
            and months.stage = changes_by_day.stage
            and months.entered_month_date = changes_by_day.entered_month_date
            and days_spined.day_start_date = changes_by_day.changed_date

),

month_days_ranked as (

    select
        *,
        sum(stock_count) over (
            partition by lifecycle_id, stage, day_start_date
            order by entered_month_date desc
        ) - stock_count as younger_count,
        sum(stock_count) over (partition by lifecycle_id, stage, day_start_date) as stage_stock_count
    from month_days

),

stage_ages_bracketed as (

    select
        lifecycle_id,
        stage,
        day_start_date,
        entered_month_date,
        younger_count,
        stage_stock_count
    from month_days_ranked
    where
        stock_count > 0
        and 2 * younger_count <= stage_stock_count
        and 2 * (younger_count + stock_count) >= stage_stock_count

)

select * from stage_ages_bracketed
