-- What each channel brings and what it costs: visitors, leads, new customers, their fit, how fast they were contacted,
-- and how many bought once only. A month that is not over has counts so far, and no rates but those of whoever is due.
-- One row per channel, motion, cohort grain and cohort month.
with

acquisition_cells_counted as (

    select * from {{ ref('int_acquisition_cells_counted') }}

),

acquisition_costs_summed as (

    select * from {{ ref('int_acquisition_costs_summed') }}

),

speed_to_lead_estimated as (

    select * from {{ ref('int_speed_to_lead_estimated') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

{# Before the first cost of any channel the spending is unknown; from then on a month without one has cost nothing. #}
first_costs as (

    select
        min(case when spend_amount is not null then cohort_month_start_date end) as spend_from_date,
        min(case when lagged_spend_amount is not null then cohort_month_start_date end) as lagged_from_date
    from acquisition_costs_summed

),

channels_costed as (

    select distinct
        acquisition_costs_summed.channel,
        first_costs.spend_from_date,
        first_costs.lagged_from_date
    from acquisition_costs_summed
    cross join first_costs

),

cells as (

    select
        counted.*,
        counted.motion = 'all' as is_whole,
        counted.leads_count - counted.unknown_leads_count as judged_leads_count,
        counted.customers_count - counted.unknown_customers_count as judged_customers_count,
        speed.p50_minutes,
        case
            when counted.cohort_month_start_date >= channels_costed.spend_from_date
                then coalesce(costs.spend_amount, 0)
            else costs.spend_amount
        end as spend_amount,
        case
            when counted.cohort_month_start_date >= channels_costed.lagged_from_date
                then coalesce(costs.lagged_spend_amount, 0)
            else costs.lagged_spend_amount
        end as lagged_spend_amount,
        counted.cohort_grain = 'all'
        or {{ dbt.dateadd('month', 1, 'counted.cohort_month_start_date') }} <= build_clocks_resolved.as_of as is_over
    from acquisition_cells_counted as counted
    cross join build_clocks_resolved
    left join channels_costed
        on case when counted.motion = 'all' then counted.channel end = channels_costed.channel
    left join acquisition_costs_summed as costs
        on
            case when counted.motion = 'all' then counted.channel end = costs.channel
            and counted.cohort_grain = costs.cohort_grain
            and coalesce(counted.cohort_month_start_date, date '0001-01-01')
            = coalesce(costs.cohort_month_start_date, date '0001-01-01')
    left join speed_to_lead_estimated as speed
        on
            counted.channel = speed.channel
            and counted.motion = speed.motion
            and counted.cohort_grain = speed.cohort_grain
            and coalesce(counted.cohort_month_start_date, date '0001-01-01')
            = coalesce(speed.cohort_month_start_date, date '0001-01-01')

),

channel_acquisition as (

    select
        -- ids
        {{ surrogate_key(['channel', 'motion', 'cohort_grain', 'cohort_month_start_date']) }}
            as channel_acquisition_id,

        -- strings
        channel,
        motion,
        cohort_grain,

        -- numerics
        case when is_whole then reached_visitors_count end as reached_visitors_count,
        leads_count,
        customers_count,
        cast(spend_amount as decimal(18, 4)) as spend_amount,
        case when is_over then cast(spend_amount as double) / nullif(leads_count, 0) end as cost_per_lead,
        case when is_over then cast(spend_amount as double) / nullif(customers_count, 0) end as cac,
        cast(lagged_spend_amount as decimal(18, 4)) as lagged_spend_amount,
        case when is_over then cast(lagged_spend_amount as double) / nullif(customers_count, 0) end as lagged_cac,
        {% for who in ['leads', 'customers'] -%}
            {% set n = 'fit_' ~ who ~ '_count' -%}
            {% set d = 'case when is_over then judged_' ~ who ~ '_count end' -%}
            {{ n }},
            judged_{{ who }}_count,
            unknown_{{ who }}_count,
            {{ n }} / nullif(cast({{ d }} as double), 0) as {{ who }}_icp_fit_rate,
            {{ wilson_limit(n, '(' ~ d ~ ')', -1) }} as {{ who }}_icp_fit_rate_lower,
            {{ wilson_limit(n, '(' ~ d ~ ')', 1) }} as {{ who }}_icp_fit_rate_upper,
        {% endfor -%}
        p50_minutes as p50_minutes_to_contact,
        contact_due_leads_count,
        case when contact_due_leads_count > 0 then contacted_in_time_leads_count end as contacted_in_time_leads_count,
        contacted_in_time_leads_count / nullif(cast(contact_due_leads_count as double), 0) as contacted_in_time_rate,
        {{ wilson_limit('contacted_in_time_leads_count', 'contact_due_leads_count', -1) }}
            as contacted_in_time_rate_lower,
        {{ wilson_limit('contacted_in_time_leads_count', 'contact_due_leads_count', 1) }}
            as contacted_in_time_rate_upper,
        mature_customers_count,
        case when mature_customers_count > 0 then one_time_buyers_count end as one_time_buyers_count,
        one_time_buyers_count / nullif(cast(mature_customers_count as double), 0) as one_time_buyer_rate,
        {{ wilson_limit('one_time_buyers_count', 'mature_customers_count', -1) }} as one_time_buyer_rate_lower,
        {{ wilson_limit('one_time_buyers_count', 'mature_customers_count', 1) }} as one_time_buyer_rate_upper,

        -- booleans
        is_over,

        -- dates
        cohort_month_start_date
    from cells

)

select * from channel_acquisition
