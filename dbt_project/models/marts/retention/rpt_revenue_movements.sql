{%- set movements = ['new', 'reactivation', 'upsell', 'cross_sell', 'contraction', 'churned'] -%}
-- How what each customer is worth a month moved within each month: by subscriptions the recurring amount, told at each
-- instant of change; by orders the monthly part of what was bought in the months of the window.
-- One row per revenue model, customer id and month in which the customer was worth something, or moved.
with

revenue_steps_classified as (

    select * from {{ ref('int_revenue_steps_classified') }}

),

build_clocks_resolved as (

    select
        as_of,
        cast({{ dbt.dateadd('month', 1, dbt.date_trunc('month', 'as_of')) }} as date) as next_month_start_date
    from {{ ref('int_build_clocks_resolved') }}

),

offsets as (

    {{ dbt.generate_series(2400) }}

),

steps_ranked as (

    select
        *,
        row_number() over (
            partition by revenue_model, customer_id, month_start_date
            order by changed_at desc
        ) as rank_from_end
    from revenue_steps_classified

),

months_with_steps as (

    select
        revenue_model,
        customer_id,
        month_start_date,
        {% for movement in movements -%}
            sum({{ movement }}_amount) as {{ movement }}_amount,
        {% endfor -%}
        max(case when rank_from_end = 1 then amount_after end) as closing_amount
    from steps_ranked
    group by revenue_model, customer_id, month_start_date

),

spells as (

    select
        *,
        lag(closing_amount) over (
            partition by revenue_model, customer_id
            order by month_start_date
        ) as amount_before,
        lead(month_start_date) over (
            partition by revenue_model, customer_id
            order by month_start_date
        ) as next_month_start_date
    from months_with_steps

),

spells_followed as (

    select
        spells.*,
        build_clocks_resolved.as_of,
        {{ dbt.datediff(
            'spells.month_start_date',
            'coalesce(spells.next_month_start_date, build_clocks_resolved.next_month_start_date)',
            'month'
        ) }} as months_until_next
    from spells
    cross join build_clocks_resolved

),

{# What a customer is worth stays until its next step; a step in the middle of nothing is told in its own month only. #}
spells_measured as (

    select
        *,
        case when closing_amount > 0 then months_until_next else least(months_until_next, 1) end as months_count
    from spells_followed

),

{# Spells are as long as few different numbers of months; joined to these, none meets months that it does not have. #}
lengths as (

    select distinct months_count
    from spells_measured

),

months_numbered as (

    select
        lengths.months_count,
        cast(offsets.generated_number as integer) as month_number
    from lengths
    inner join offsets
        on lengths.months_count >= offsets.generated_number

),

months as (

    select
        spells.*,
        months_numbered.month_number = 1 as has_steps,
        cast({{ dbt.dateadd('month', 'months_numbered.month_number - 1', 'spells.month_start_date') }} as date)
            as told_month_start_date
    from spells_measured as spells
    inner join months_numbered
        on spells.months_count = months_numbered.months_count

),

revenue_movements as (

    select
        -- ids
        customer_id,

        -- strings
        revenue_model,

        -- numerics
        cast(case when has_steps then coalesce(amount_before, 0) else closing_amount end as decimal(18, 4))
            as opening_amount,
        {% for movement in movements -%}
            cast(case when has_steps then {{ movement }}_amount else 0 end as decimal(18, 4)) as {{ movement }}_amount,
        {% endfor -%}
        cast(closing_amount as decimal(18, 4)) as closing_amount,

        -- booleans
        as_of >= {{ dbt.dateadd('month', 1, 'told_month_start_date') }} as is_mature,

        -- dates
        told_month_start_date as month_start_date
    from months

)

select * from revenue_movements
