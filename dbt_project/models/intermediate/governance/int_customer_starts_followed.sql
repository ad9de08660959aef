{%- set spans = [30, 90, 180] -%}
-- Whether customers bought again within so many days after their first purchase, and after their first return from
-- being churned, and what they brought within the dictionary's days: that purchase itself is left out. NULL where the
-- days are not over by as_of.
-- One row per start type and customer id.
with

cohort_members_found as (

    select * from {{ ref('int_cohort_members_found') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

contributions_converted as (

    select * from {{ ref('int_contributions_converted') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

starts as (

    select
        case cohort_definition_id when 'orders_after_return' then 'reactivated' else 'first_time' end as start_type,
        customer_id,
        min(followed_from_at) as started_at
    from cohort_members_found
    where cohort_definition_id in ('orders_after_first', 'orders_after_return')
    group by
        case cohort_definition_id when 'orders_after_return' then 'reactivated' else 'first_time' end,
        customer_id

),

next_purchases as (

    select
        starts.start_type,
        starts.customer_id,
        min(orders.ordered_at) as next_ordered_at
    from starts
    inner join orders
        on
            starts.customer_id = orders.customer_id
            and starts.started_at < orders.ordered_at
    where orders.is_qualifying
    group by starts.start_type, starts.customer_id

),

contributions_after as (

    select
        starts.start_type,
        starts.customer_id,
        sum(contributions_converted.contribution_amount) as contribution_amount
    from starts
    inner join thresholds
        on thresholds.threshold_id = 'claim_followed_days'
    inner join contributions_converted
        on
            starts.customer_id = contributions_converted.customer_id
            and starts.started_at < contributions_converted.occurred_at
            and {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'starts.started_at') }}
            >= contributions_converted.occurred_at
    group by starts.start_type, starts.customer_id

),

customer_starts_followed as (

    select
        starts.start_type,
        starts.customer_id,
        {% for days in spans -%}
            case
                when {{ dbt.dateadd('day', days, 'starts.started_at') }} <= build_clocks_resolved.as_of
                    then coalesce(
                        next_purchases.next_ordered_at <= {{ dbt.dateadd('day', days, 'starts.started_at') }}, false
                    )
            end as is_back_within_{{ days }}d,
        {% endfor -%}
        cast(case
            when
                {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as integer)', 'starts.started_at') }}
                <= build_clocks_resolved.as_of
                then coalesce(contributions_after.contribution_amount, 0)
        end as decimal(18, 4)) as followed_contribution_amount
    from starts
    cross join build_clocks_resolved
    inner join thresholds
        on thresholds.threshold_id = 'claim_followed_days'
    left join next_purchases
        on starts.start_type = next_purchases.start_type and starts.customer_id = next_purchases.customer_id
    left join contributions_after
        on starts.start_type = contributions_after.start_type and starts.customer_id = contributions_after.customer_id

)

select * from customer_starts_followed
