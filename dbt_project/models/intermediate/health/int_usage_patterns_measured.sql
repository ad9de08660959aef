-- How much customers who use the product had used it lately on each score date, and in how many scenes, which are its
-- modules, beside the time just before.
-- One row per customer id and score date within reach of any use.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

uses_by_day as (

    select
        customer_id,
        cast(occurred_at as date) as used_date,
        channel as scene,
        count(*) as uses_count
    from customer_events
    where event_type = 'product_used' and customer_id is not null
    group by customer_id, cast(occurred_at as date), channel

),

uses_dated as (

    select
        uses_by_day.customer_id,
        score_dates_listed.score_date,
        uses_by_day.scene,
        uses_by_day.uses_count,
        {{ dbt.dateadd('day', 'cast(windows.threshold_value as integer)', 'uses_by_day.used_date') }}
        > score_dates_listed.score_date as is_recent
    from uses_by_day
    inner join thresholds as windows
        on windows.threshold_id = 'usage_window_days'
    inner join score_dates_listed
        on
            uses_by_day.used_date <= score_dates_listed.score_date
            and {{ dbt.dateadd('day', '2 * cast(windows.threshold_value as integer)', 'uses_by_day.used_date') }}
            > score_dates_listed.score_date

),

usage_patterns_measured as (

    select
        customer_id,
        score_date,
        cast(sum(case when is_recent then uses_count else 0 end) as bigint) as recent_uses_count,
        cast(sum(case when is_recent then 0 else uses_count end) as bigint) as earlier_uses_count,
        count(distinct case when is_recent then scene end) as recent_scenes_count,
        count(distinct case when not is_recent then scene end) as earlier_scenes_count
    from uses_dated
    group by customer_id, score_date

)

select * from usage_patterns_measured
