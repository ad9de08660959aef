{%- set looks = {'': 'as_of_date', 'fitting_': 'fitting_date'} -%}
-- How often, how lately and for how long each customer has bought, as Fader, Hardie and Lee count it: repeats are the
-- days with a purchase after the first one, recency runs from the first day to the last, age from the first day to
-- the day looked at. Seen at as_of, and again at the end of the last month, on which the models of buying are fitted:
-- these stay the same for a month.
-- One row per customer id with a qualifying order; nothing of the second look where the first order came later.
with

purchase_days_summed as (

    select * from {{ ref('int_purchase_days_summed') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

clocks as (

    select
        cast(as_of as date) as as_of_date,
        cast({{ dbt.dateadd('day', -1, dbt.date_trunc('month', 'as_of')) }} as date) as fitting_date
    from build_clocks_resolved

),

purchases_in_order as (

    select
        purchase_days_summed.*,
        clocks.as_of_date,
        clocks.fitting_date,
        min(purchase_days_summed.purchase_date) over (partition by purchase_days_summed.customer_id)
            as first_purchase_date
    from purchase_days_summed
    cross join clocks

),

histories as (

    select
        customer_id,
        first_purchase_date,
        {% for look, date in looks.items() -%}
            max({{ date }}) as {{ look }}looked_date,
            max(case when purchase_date <= {{ date }} then purchase_date end) as {{ look }}last_date,
            cast(count(case
                when first_purchase_date < purchase_date and purchase_date <= {{ date }} then 1
            end) as integer) as {{ look }}repeats_count,
            cast(sum(case
                when first_purchase_date < purchase_date and purchase_date <= {{ date }} then purchase_amount
                else 0
            end) as decimal(18, 4)) as {{ look }}repeats_amount,
        {% endfor -%}
        sum(orders_count) as orders_count
    from purchases_in_order
    group by customer_id, first_purchase_date

),

purchase_histories_summed as (

    select
        histories.customer_id,
        case
            when customers.is_b2b then 'firm'
            when not customers.is_b2b then 'person'
            else 'all'
        end as customer_group,
        cast(histories.orders_count as bigint) as orders_count,
        histories.first_purchase_date,
        histories.last_date as last_purchase_date,
        histories.repeats_count,
        cast({{ dbt.datediff(
            'first_purchase_date', 'last_date', 'day'
        ) }} as integer) as recency_days,
        cast({{ dbt.datediff(
            'first_purchase_date', 'looked_date', 'day'
        ) }} as integer) as age_days,
        histories.repeats_amount,
        {# Nothing was bought by then by those whose last date is NULL. #}
        case when histories.fitting_last_date is not null then histories.fitting_repeats_count end
            as fitting_repeats_count,
        cast({{ dbt.datediff(
            'first_purchase_date', 'fitting_last_date', 'day'
        ) }} as integer) as fitting_recency_days,
        case
            when histories.fitting_last_date is not null
                then cast({{ dbt.datediff(
                    'first_purchase_date', 'fitting_looked_date', 'day'
                ) }} as integer)
        end as fitting_age_days,
        case when histories.fitting_last_date is not null then histories.fitting_repeats_amount end
            as fitting_repeats_amount
    from histories
    inner join customers
        on histories.customer_id = customers.customer_id

)

select * from purchase_histories_summed
