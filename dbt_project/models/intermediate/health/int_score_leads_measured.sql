-- How long before a customer counted as churned each score flagged it first, in each silence that lasted until then;
-- where the customer was not yet gone within the horizon of that date, there is no lead.
-- One row per score id, customer id and first day of the silence.
with

scores_followed as (

    select * from {{ ref('int_scores_followed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

{# The same silence goes on while the silent days grow; of its flagged dates the first has the fewest. #}
first_flags as (

    select
        score_id,
        customer_id,
        cast({{ dbt.dateadd('day', '-silent_days', 'score_date') }} as date) as silence_start_date,
        min(score_date) as first_flagged_date,
        min(silent_days) as silent_days,
        min_by(is_gone and is_churned_later, score_date) as has_lead
    from scores_followed
    where is_flagged
    group by score_id, customer_id, cast({{ dbt.dateadd('day', '-silent_days', 'score_date') }} as date)

),

score_leads_measured as (

    select
        first_flags.score_id,
        first_flags.customer_id,
        first_flags.silence_start_date,
        first_flags.first_flagged_date,
        cast(limits.threshold_value as integer) - first_flags.silent_days as lead_days
    from first_flags
    inner join thresholds as limits
        on limits.threshold_id = 'churned_silent_days'
    where first_flags.has_lead

)

select * from score_leads_measured
