-- What customers had complained of lately on each score date, and how many of their tickets were open.
-- One row per customer id and score date for which there is anything to count.
with

grievances_found as (

    select * from {{ ref('int_grievances_found') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

windows as (

    select
        max(case when threshold_id = 'grievance_window_days' then cast(threshold_value as integer) end)
            as grievance_days,
        max(case when threshold_id = 'opinion_window_days' then cast(threshold_value as integer) end) as opinion_days
    from thresholds

),

{# What is neither open nor within the longest window tells nothing of that day any more. #}
grievances_dated as (

    select
        grievances_found.customer_id,
        grievances_found.grievance_type,
        score_dates_listed.score_date,
        windows.grievance_days,
        windows.opinion_days,
        {{ dbt.datediff(
            'grievances_found.grievance_date', 'score_dates_listed.score_date', 'day'
        ) }} as days_ago,
        grievances_found.grievance_type in ('negative_ticket', 'other_ticket')
        and coalesce(grievances_found.solved_date > score_dates_listed.score_date, true) as is_open_ticket
    from grievances_found
    cross join windows
    inner join score_dates_listed
        on
            grievances_found.grievance_date <= score_dates_listed.score_date
            and (
                {{ dbt.dateadd(
                    'day', 'greatest(windows.grievance_days, windows.opinion_days)', 'grievances_found.grievance_date'
                ) }} > score_dates_listed.score_date
                or (
                    grievances_found.grievance_type in ('negative_ticket', 'other_ticket')
                    and coalesce(grievances_found.solved_date > score_dates_listed.score_date, true)
                )
            )

),

grievances_counted as (

    select
        customer_id,
        score_date,
        count(case when grievance_type = 'negative_ticket' and days_ago < grievance_days then 1 end)
            as negative_tickets_count,
        count(case when grievance_type = 'refund' and days_ago < grievance_days then 1 end) as refunds_count,
        count(case when grievance_type = 'detractor_answer' and days_ago < opinion_days then 1 end)
            as detractor_answers_count,
        count(case when grievance_type = 'negative_review' and days_ago < opinion_days then 1 end)
            as negative_reviews_count,
        count(case when is_open_ticket then 1 end) as open_tickets_count
    from grievances_dated
    group by customer_id, score_date

)

select * from grievances_counted
