{%- set spans = [30, 90, 180] -%}
-- Whether buyers return, and whether those who were won back are like new ones, on the own data: rates of the order
-- ladder with their intervals where a rung was watched for the whole window, the difference of two rates with
-- Newcombe's, the difference of two means with Welch's, by the quantile of the normal distribution.
-- One row per measure id.
with

order_ladder as (

    select * from {{ ref('rpt_order_ladder') }}

),

customer_starts_followed as (

    select * from {{ ref('int_customer_starts_followed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

ladder_rates as (

    select
        case order_ladder.order_number when 1 then 'second_order_rate' else 'third_order_rate' end as measure_id,
        order_ladder.next_order_rate,
        order_ladder.next_order_rate_lower,
        order_ladder.next_order_rate_upper,
        order_ladder.reached_customers_count
    from order_ladder
    inner join thresholds
        on
            thresholds.threshold_id = 'order_ladder_window_days'
            and order_ladder.watched_days >= thresholds.threshold_value
    where order_ladder.breakdown = 'all' and order_ladder.order_number in (1, 2)

),

{% for days in spans -%}
    back_within_{{ days }}d as (

        select
            'retention_difference_{{ days }}d' as measure_id,
            count(case when start_type = 'reactivated' and is_back_within_{{ days }}d then 1 end) as won_back_again,
            count(case when start_type = 'reactivated' then is_back_within_{{ days }}d end) as won_back,
            count(case when start_type = 'first_time' and is_back_within_{{ days }}d then 1 end) as new_again,
            count(case when start_type = 'first_time' then is_back_within_{{ days }}d end) as new_all
        from customer_starts_followed

    ),

{% endfor -%}
retained as (

    {% for days in spans -%}
        select * from back_within_{{ days }}d
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# Variances from exact sums: a sum of doubles would hang on the order of the rows. The wider factor makes room for the
square: DuckDB keeps the product of two decimals of 18 digits within 18. #}
contributions_summed as (

    select
        start_type,
        cast(count(*) as double) as customers_count,
        cast(sum(followed_contribution_amount) as double) as amount_sum,
        cast(sum(
            cast(followed_contribution_amount as decimal(19, 4)) * followed_contribution_amount
        ) as double) as squares_sum
    from customer_starts_followed
    where followed_contribution_amount is not null
    group by start_type

),

means as (

    select
        start_type,
        customers_count,
        amount_sum / customers_count as mean_amount,
        (squares_sum - amount_sum * amount_sum / customers_count) / nullif(customers_count - 1, 0) / customers_count
            as mean_variance
    from contributions_summed

),

means_side_by_side as (

    select
        returned.customers_count,
        returned.mean_amount - entered.mean_amount as difference,
        1.959963984540054 * sqrt(returned.mean_variance + entered.mean_variance) as margin,
        entered.mean_amount as new_amount
    from means as returned
    inner join means as entered
        on returned.start_type = 'reactivated' and entered.start_type = 'first_time'
    where entered.mean_amount > 0

),

return_claims_measured as (

    select
        measure_id,
        next_order_rate as measured_value,
        next_order_rate_lower as measured_lower,
        next_order_rate_upper as measured_upper,
        cast(reached_customers_count as bigint) as customers_count
    from ladder_rates
    union all
    select
        measure_id,
        won_back_again / cast(won_back as double) - new_again / cast(new_all as double),
        {{ difference_limit('won_back_again', 'won_back', 'new_again', 'new_all', -1) }},
        {{ difference_limit('won_back_again', 'won_back', 'new_again', 'new_all', 1) }},
        cast(won_back as bigint)
    from retained
    where won_back > 0 and new_all > 0
    union all
    select
        'value_difference',
        difference / new_amount,
        (difference - margin) / new_amount,
        (difference + margin) / new_amount,
        cast(customers_count as bigint)
    from means_side_by_side

)

select * from return_claims_measured
