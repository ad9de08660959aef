-- How well each team does what it answers for, month by month: of the customers whose purchases began to decline, how
-- many one of ours reached in time.
-- One row per metric id, owner team and month start date.
with

decliners_visited as (

    select * from {{ ref('int_decliners_visited') }}

),

decliners_counted as (

    select
        owner_team,
        cast({{ dbt.date_trunc('month', 'decline_date') }} as date) as month_start_date,
        max(window_days) as window_days,
        count(*) as declined_count,
        count(case when is_mature then 1 end) as mature_count,
        count(case when is_mature and is_visited then 1 end) as visited_count
    from decliners_visited
    group by owner_team, cast({{ dbt.date_trunc('month', 'decline_date') }} as date)

),

team_scorecard as (

    select
        -- strings
        'decline_visit_rate' as metric_id,
        owner_team,

        -- numerics
        window_days,
        cast(declined_count as bigint) as customers_count,
        cast(mature_count as bigint) as mature_customers_count,
        cast(visited_count as bigint) as reached_customers_count,
        visited_count / nullif(cast(mature_count as double), 0) as metric_rate,
        {{ wilson_limit('visited_count', 'mature_count', -1) }} as metric_rate_lower,
        {{ wilson_limit('visited_count', 'mature_count', 1) }} as metric_rate_upper,

        -- booleans
        declined_count = mature_count as is_mature,

        -- dates
        month_start_date
    from decliners_counted

)

select * from team_scorecard
