-- How each customer who is not silent for too long is today: the score, its band, and where it has gone within four
-- weeks; what a person has set instead, for as long as it holds.
-- One row per customer id.
with

health_scored as (

    select * from {{ ref('int_health_scored') }}

),

health_overrides as (

    select * from {{ ref('health_overrides') }}

),

health_rolled_up as (

    select * from {{ ref('int_health_rolled_up') }}

),

bands as (

    select * from {{ ref('dim_bands') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

overrides_ranked as (

    select
        health_overrides.*,
        row_number() over (
            partition by health_overrides.customer_id order by health_overrides.valid_from_date desc
        ) as override_rank
    from health_overrides
    inner join score_dates_listed
        on
            score_dates_listed.is_current
            and health_overrides.valid_from_date <= score_dates_listed.score_date
            and health_overrides.expires_date >= score_dates_listed.score_date

),

four_weeks_ago as (

    select score_date
    from score_dates_listed
    where is_trend_base

),

scores_today as (

    select health_scored.*
    from health_scored
    inner join score_dates_listed
        on health_scored.score_date = score_dates_listed.score_date and score_dates_listed.is_current

),

{# A parent may buy nothing itself, and somebody may have been judged who buys no longer. #}
customers_told as (

    select customer_id
    from scores_today
    union
    select customer_id
    from health_rolled_up
    union
    select customer_id
    from overrides_ranked

),

scores_side_by_side as (

    select
        told.customer_id,
        dates_today.score_date,
        coalesce(today.covered_weight, 0) as covered_weight,
        today.health_score as measured_score,
        before.health_score as score_before,
        overrides.author as override_author,
        overrides.reason as override_reason,
        overrides.expires_date as override_expires_date,
        coalesce(overrides.health_score, today.health_score) as health_score
    from customers_told as told
    cross join four_weeks_ago
    inner join score_dates_listed as dates_today
        on dates_today.is_current
    left join scores_today as today
        on told.customer_id = today.customer_id
    left join health_scored as before
        on told.customer_id = before.customer_id and four_weeks_ago.score_date = before.score_date
    left join overrides_ranked as overrides
        on told.customer_id = overrides.customer_id and overrides.override_rank = 1

),

customer_health as (

    select
        -- ids
        scores.customer_id,

        -- strings
        bands.band as health_band,
        case
            when scores.measured_score - scores.score_before > 5 then 'rising'
            when scores.measured_score - scores.score_before < -5 then 'falling'
            when scores.measured_score - scores.score_before is not null then 'steady'
        end as trend,
        scores.override_author,
        scores.override_reason,

        -- numerics
        scores.health_score,
        scores.measured_score,
        round(scores.measured_score - scores.score_before, 2) as score_change,
        scores.covered_weight,
        cast(coalesce(rolled_up.children_count, 0) as bigint) as children_count,
        rolled_up.children_health_score,
        rolled_up.children_health_score_by_revenue,

        -- booleans
        scores.health_score is null as is_hidden,
        scores.override_author is not null as is_overridden,

        -- dates
        scores.override_expires_date,
        scores.score_date
    from scores_side_by_side as scores
    left join bands
        on
            bands.band_set = 'health'
            and scores.health_score <= bands.upper_value
            and coalesce(scores.health_score > bands.above_value, true)
    left join health_rolled_up as rolled_up
        on scores.customer_id = rolled_up.customer_id

)

select * from customer_health
