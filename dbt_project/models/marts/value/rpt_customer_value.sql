-- What each customer has brought so far, after goods, refunds and service, and what it is expected to bring within a
-- year.
-- One row per customer id.
with

customer_values_joined as (

    select * from {{ ref('int_customer_values_joined') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

{# From the most valuable customer on; the share that those before it make of all that is gained. #}
values_ranked as (

    select
        *,
        coalesce(
            sum(case when value_amount > 0 then value_amount else 0 end) over (
                order by value_amount desc, customer_id asc
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as gained_before_amount,
        sum(case when value_amount > 0 then value_amount else 0 end) over () as gained_amount
    from customer_values_joined

),

customer_value as (

    select
        -- ids
        values_ranked.customer_id,

        -- strings
        values_ranked.acquisition_channel,
        case
            when values_ranked.value_basis = 'never_bought' then 'none'
            when values_ranked.value_amount <= 0 then 'loss'
            when values_ranked.gained_before_amount < values_ranked.gained_amount * a_class.threshold_value then 'a'
            when values_ranked.gained_before_amount < values_ranked.gained_amount * b_class.threshold_value then 'b'
            else 'c'
        end as value_class,
        values_ranked.value_basis,
        values_ranked.fitted_group,

        -- numerics
        coalesce(values_ranked.orders_count, 0) as orders_count,
        values_ranked.repeats_count,
        values_ranked.silent_days,
        values_ranked.days_since_first_purchase,
        cast(values_ranked.orders_amount as decimal(18, 4)) as orders_amount,
        cast(values_ranked.contribution_amount as decimal(18, 4)) as contribution_amount,
        cast(values_ranked.service_cost_amount as decimal(18, 4)) as service_cost_amount,
        cast(values_ranked.value_amount as decimal(18, 4)) as value_amount,
        cast(values_ranked.uncosted_orders_count as bigint) as uncosted_orders_count,
        values_ranked.alive_probability,
        values_ranked.next_purchase_90d_probability,
        values_ranked.next_purchase_365d_probability,
        values_ranked.expected_purchases_365d,
        values_ranked.expected_purchase_amount,
        values_ranked.expected_orders_amount_365d,
        values_ranked.expected_value_365d,

        -- booleans
        values_ranked.is_b2b,

        -- dates
        values_ranked.first_purchase_date,
        values_ranked.last_purchase_date
    from values_ranked
    inner join thresholds as a_class
        on a_class.threshold_id = 'value_class_a_share'
    inner join thresholds as b_class
        on b_class.threshold_id = 'value_class_b_share'

)

select * from customer_value
