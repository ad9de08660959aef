-- When customers answer our messages, in UTC: the hour and the day of the week of the most answers of each customer who is
-- judged, the one that all customers prefer among equals, and that of all for whoever never answered.
-- One row per customer id, time unit and time value.
with

winback_customers_found as (

    select * from {{ ref('int_winback_customers_found') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

{# 1 January 1900 was a Monday. #}
answers as (

    select
        customer_id,
        cast(extract(hour from occurred_at) as integer) as answered_hour,
        cast(mod({{ dbt.datediff("date '1900-01-01'", 'occurred_at', 'day') }}, 7) + 1 as integer) as answered_weekday
    from customer_events
    where event_type in ('message_opened', 'message_clicked') and customer_id is not null

),

answer_times as (

    select customer_id, 'hour' as time_unit, answered_hour as time_value from answers
    union all
    select customer_id, 'weekday', answered_weekday from answers

),

times_of_all as (

    select
        time_unit,
        time_value,
        count(*) as answers_of_all_count
    from answer_times
    group by time_unit, time_value

),

times_of_customers as (

    select
        customer_id,
        time_unit,
        time_value,
        count(*) as answers_count
    from answer_times
    group by customer_id, time_unit, time_value

),

response_times_ranked as (

    select
        found.customer_id,
        times_of_all.time_unit,
        times_of_all.time_value,
        coalesce(times_of_customers.answers_count, 0) as answers_count,
        row_number() over (
            partition by found.customer_id, times_of_all.time_unit
            order by
                coalesce(times_of_customers.answers_count, 0) desc,
                times_of_all.answers_of_all_count desc,
                times_of_all.time_value asc
        ) as time_rank
    from winback_customers_found as found
    cross join times_of_all
    left join times_of_customers
        on
            found.customer_id = times_of_customers.customer_id
            and times_of_all.time_unit = times_of_customers.time_unit
            and times_of_all.time_value = times_of_customers.time_value

)

select * from response_times_ranked
