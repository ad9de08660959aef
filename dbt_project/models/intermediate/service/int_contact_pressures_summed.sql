-- The contacts that count, of each function and, as `all`, of all functions together, seen from as_of.
-- One row per customer id and function code.
with

contacts_measured as (

    select * from {{ ref('int_contacts_measured') }}

),

functions_summed as (

    select
        customer_id,
        function_code,
        count(case when is_within_1d then 1 end) as contacts_1d_count,
        count(case when is_within_7d then 1 end) as contacts_7d_count,
        count(case when is_within_30d then 1 end) as contacts_30d_count,
        count(case when is_within_30d and is_collision then 1 end) as collisions_30d_count,
        count(case when is_unanswered then 1 end) as unanswered_streak_count,
        count(case when is_within_30d and is_unanswered then 1 end) as unanswered_30d_count,
        cast(sum(pressure) as decimal(38, 6)) as pressure,
        max(occurred_at) as last_contacted_at,
        max(last_replied_at) as last_replied_at,
        max(as_of) as as_of
    from contacts_measured
    group by customer_id, function_code

),

contact_pressures_summed as (

    select
        customer_id,
        function_code,
        contacts_1d_count,
        contacts_7d_count,
        contacts_30d_count,
        cast(null as bigint) as functions_7d_count,
        cast(null as bigint) as functions_30d_count,
        cast(null as bigint) as collisions_30d_count,
        unanswered_streak_count,
        unanswered_30d_count,
        unanswered_30d_count as most_unanswered_30d_count,
        cast(pressure as double) as pressure_score,
        last_contacted_at,
        last_replied_at,
        as_of
    from functions_summed
    union all
    select
        customer_id,
        'all',
        cast(sum(contacts_1d_count) as bigint),
        cast(sum(contacts_7d_count) as bigint),
        cast(sum(contacts_30d_count) as bigint),
        count(case when function_code != 'unknown' and contacts_7d_count > 0 then 1 end),
        count(case when function_code != 'unknown' and contacts_30d_count > 0 then 1 end),
        cast(sum(collisions_30d_count) as bigint),
        cast(sum(unanswered_streak_count) as bigint),
        cast(sum(unanswered_30d_count) as bigint),
        max(case when function_code != 'unknown' then unanswered_30d_count else 0 end),
        cast(sum(pressure) as double),
        max(last_contacted_at),
        max(last_replied_at),
        max(as_of)
    from functions_summed
    group by customer_id

)

select * from contact_pressures_summed
