-- When to contact each customer who is judged for win-back, in UTC: the hour and the day of the week of the most of
-- its answers, the one that all customers prefer among equals, and that of all for whoever never answered.
-- One row per customer id.
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

    select
        customer_id,
        'hour' as time_unit,
        answered_hour as time_value
    from answers
    union all
    select
        customer_id,
        'weekday',
        answered_weekday
    from answers

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

times_of_all as (

    select
        time_unit,
        time_value,
        sum(answers_count) as answers_count,
        row_number() over (
            partition by time_unit
            order by sum(answers_count) desc, time_value asc
        ) as time_rank
    from times_of_customers
    group by time_unit, time_value

),

times_ranked as (

    select
        times_of_customers.customer_id,
        times_of_customers.time_unit,
        times_of_customers.time_value,
        row_number() over (
            partition by times_of_customers.customer_id, times_of_customers.time_unit
            order by times_of_customers.answers_count desc, times_of_all.time_rank asc
        ) as time_rank
    from times_of_customers
    inner join times_of_all
        on
            times_of_customers.time_unit = times_of_all.time_unit
            and times_of_customers.time_value = times_of_all.time_value

),

own_times as (

    select
        customer_id,
        max(case when time_unit = 'weekday' then time_value end) as weekday,
        max(case when time_unit = 'hour' then time_value end) as hour_of_day
    from times_ranked
    where time_rank = 1
    group by customer_id

),

preferred_times as (

    select
        max(case when time_unit = 'weekday' then time_value end) as weekday,
        max(case when time_unit = 'hour' then time_value end) as hour_of_day
    from times_of_all
    where time_rank = 1

),

contact_times_recommended as (

    select
        found.customer_id,
        coalesce(own_times.weekday, preferred_times.weekday) as recommended_weekday,
        coalesce(own_times.hour_of_day, preferred_times.hour_of_day) as recommended_hour
    from winback_customers_found as found
    cross join preferred_times
    left join own_times
        on found.customer_id = own_times.customer_id

)

select * from contact_times_recommended
