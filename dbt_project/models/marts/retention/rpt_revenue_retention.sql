{%- set movements = ['new', 'reactivation', 'upsell', 'cross_sell', 'contraction', 'churned'] -%}
{%- set rates = {
    'gross_revenue_retention_rate': 'kept_amount',
    'net_revenue_retention_rate': 'grown_amount',
    'net_revenue_retention_with_returned_rate': '(grown_amount + returned_amount)',
} -%}
{%- set quick_ratios = {
    'quick_ratio': 'new_amount + upsell_amount + cross_sell_amount',
    'quick_ratio_with_reactivation': 'new_amount + reactivation_amount + upsell_amount + cross_sell_amount',
} -%}
-- What customers are worth a month, from one month's end, or from that of a year before, to the next: how it moved, how
-- much of it stayed, how many customers left, and how much of it is new.
-- One row per revenue model, months looked back, breakdown, its value and month.
with

revenue_flows_summed as (

    select * from {{ ref('int_revenue_flows_summed') }}

),

revenue_months_compared as (

    select * from {{ ref('int_revenue_months_compared') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

offsets as (

    {{ dbt.generate_series(12) }}

),

horizons as (

    select distinct horizon_months
    from revenue_months_compared

),

{# Which months lie between: the month itself, and as many before it as are looked back, less one. #}
months_looked_back as (

    select
        horizons.horizon_months,
        cast(1 - offsets.generated_number as integer) as month_offset
    from horizons
    inner join offsets
        on horizons.horizon_months >= offsets.generated_number

),

months as (

    select
        compared.revenue_model,
        compared.horizon_months,
        compared.breakdown,
        compared.breakdown_value,
        compared.month_start_date,
        max(compared.opening_amount) as opening_amount,
        {% for movement in movements -%}
            coalesce(sum(flows.{{ movement }}_amount), 0) as {{ movement }}_amount,
        {% endfor -%}
        max(compared.closing_amount) as closing_amount,
        max(compared.kept_amount) as kept_amount,
        max(compared.grown_amount) as grown_amount,
        max(compared.returned_amount) as returned_amount,
        max(compared.new_customers_amount) as new_customers_amount,
        max(compared.opening_customers_count) as opening_customers_count,
        max(compared.closing_customers_count) as closing_customers_count,
        max(compared.lost_customers_count) as lost_customers_count
    from revenue_months_compared as compared
    inner join months_looked_back as looked_back
        on compared.horizon_months = looked_back.horizon_months
    left join revenue_flows_summed as flows
        on
            compared.revenue_model = flows.revenue_model
            and compared.breakdown = flows.breakdown
            and compared.breakdown_value = flows.breakdown_value
            and cast({{ dbt.dateadd('month', 'looked_back.month_offset', 'compared.month_start_date') }} as date)
            = flows.month_start_date
    group by
        compared.revenue_model,
        compared.horizon_months,
        compared.breakdown,
        compared.breakdown_value,
        compared.month_start_date

),

months_with_maturity as (

    select
        months.*,
        build_clocks_resolved.as_of >= {{ dbt.dateadd('month', 1, 'months.month_start_date') }} as is_mature
    from months
    inner join build_clocks_resolved
        on months.month_start_date <= build_clocks_resolved.as_of

),

revenue_retention as (

    select
        -- strings
        revenue_model,
        breakdown,
        breakdown_value,

        -- numerics
        cast(horizon_months as integer) as horizon_months,
        cast(opening_amount as decimal(18, 4)) as opening_amount,
        {% for movement in movements -%}
            cast({{ movement }}_amount as decimal(18, 4)) as {{ movement }}_amount,
        {% endfor -%}
        cast(closing_amount as decimal(18, 4)) as closing_amount,
        cast(kept_amount as decimal(18, 4)) as kept_amount,
        cast(grown_amount as decimal(18, 4)) as grown_amount,
        cast(returned_amount as decimal(18, 4)) as returned_amount,
        cast(new_customers_amount as decimal(18, 4)) as new_customers_amount,
        {% for rate, numerator in rates.items() -%}
            case when is_mature then {{ numerator }} / cast(nullif(opening_amount, 0) as double) end as {{ rate }},
        {% endfor -%}
        {% for ratio, gained in quick_ratios.items() -%}
            case
                when is_mature then ({{ gained }}) / cast(nullif(contraction_amount + churned_amount, 0) as double)
            end as {{ ratio }},
        {% endfor -%}
        case when is_mature then new_customers_amount / cast(nullif(closing_amount, 0) as double) end
            as new_customers_share,
        case when is_mature then (closing_amount - new_customers_amount) / cast(nullif(closing_amount, 0) as double) end
            as existing_customers_share,
        cast(opening_customers_count as bigint) as opening_customers_count,
        cast(closing_customers_count as bigint) as closing_customers_count,
        cast(lost_customers_count as bigint) as lost_customers_count,
        case when is_mature then lost_customers_count / cast(nullif(opening_customers_count, 0) as double) end
            as customer_churn_rate,
        case when is_mature then {{ wilson_limit('lost_customers_count', 'opening_customers_count', -1) }} end
            as customer_churn_rate_lower,
        case when is_mature then {{ wilson_limit('lost_customers_count', 'opening_customers_count', 1) }} end
            as customer_churn_rate_upper,

        -- booleans
        is_mature,

        -- dates
        month_start_date
    from months_with_maturity

)

select * from revenue_retention
