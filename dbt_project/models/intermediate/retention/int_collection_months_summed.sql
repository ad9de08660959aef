-- The movements of each month, summed; from the first month of a currency and segment to that of as_of, none left out
-- after the first event of all.
-- One row per currency, breakdown, breakdown value and month.
{%- set counts = ['invoiced', 'due', 'settled_on_time'] %}
{%- set amounts = [
    'invoiced', 'invoiced_collected', 'invoiced_undated', 'credit_note', 'due', 'due_collected', 'overdue', 'overdue_0_30',
    'overdue_31_60', 'overdue_61_90', 'overdue_over_90', 'applied', 'received', 'cash_without_invoice', 'refund',
] %}
with

collection_movements_unioned as (

    select * from {{ ref('int_collection_movements_unioned') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

movements as (

    select
        movements.*,
        coalesce(cast(customers.is_b2b as string), 'unknown') as is_b2b
    from collection_movements_unioned as movements
    inner join build_clocks_resolved
        on movements.month_start_date <= build_clocks_resolved.as_of
    left join customers
        on movements.customer_id = customers.customer_id

),

movements_by_breakdown as (

    select
        *,
        'all' as breakdown,
        'all' as breakdown_value
    from movements
    union all
    select
        *,
        'is_b2b',
        is_b2b
    from movements

),

first_months as (

    select
        currency,
        breakdown,
        breakdown_value,
        min(month_start_date) as first_month_start_date
    from movements_by_breakdown
    group by currency, breakdown, breakdown_value

),

months as (

    select month_start_date from months_spined
    union distinct
    select month_start_date from movements

),

sums as (

    select
        currency,
        breakdown,
        breakdown_value,
        {% for movement_type in counts -%}
            count(case when movement_type = '{{ movement_type }}' then 1 end) as {{ movement_type }}_count,
        {% endfor -%}
        {% for movement_type in amounts -%}
            sum(case when movement_type = '{{ movement_type }}' then amount end) as {{ movement_type }}_amount,
        {% endfor -%}
        month_start_date
    from movements_by_breakdown
    group by currency, breakdown, breakdown_value, month_start_date

),

collection_months_summed as (

    select
        first_months.currency,
        first_months.breakdown,
        first_months.breakdown_value,
        {% for movement_type in counts -%}
            coalesce(sums.{{ movement_type }}_count, 0) as {{ movement_type }}_count,
        {% endfor -%}
        {% for movement_type in amounts -%}
            cast(coalesce(sums.{{ movement_type }}_amount, 0) as decimal(18, 4)) as {{ movement_type }}_amount,
        {% endfor -%}
        months.month_start_date
    from first_months
    inner join months
        on first_months.first_month_start_date <= months.month_start_date
    left join sums
        on
            first_months.currency = sums.currency
            and first_months.breakdown = sums.breakdown
            and first_months.breakdown_value = sums.breakdown_value
            and months.month_start_date = sums.month_start_date

)

select * from collection_months_summed
