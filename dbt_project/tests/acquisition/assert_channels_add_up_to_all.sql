{{ config(meta={"dagster": {"ref": {"name": "rpt_channel_acquisition"}}}) }}
-- Leads, new customers and money add up from channels, motions and months to all, and all is what the sources hold.
with

acquisition as (

    select * from {{ ref('rpt_channel_acquisition') }}

),

sides as (

    select
        'channels ' || motion as claim,
        cohort_month_start_date,
        case when channel = 'all' then -1 else 1 end as side,
        leads_count,
        fit_leads_count,
        customers_count,
        mature_customers_count,
        coalesce(one_time_buyers_count, 0) as one_time_buyers_count,
        coalesce(spend_amount, 0) as spend_amount
    from acquisition
    union all
    select
        'motions ' || channel,
        cohort_month_start_date,
        case when motion = 'all' then -1 else 1 end,
        leads_count,
        fit_leads_count,
        customers_count,
        mature_customers_count,
        coalesce(one_time_buyers_count, 0),
        0
    from acquisition
    union all
    select
        'months ' || channel || ' ' || motion,
        cast(null as date),
        case when cohort_grain = 'all' then -1 else 1 end,
        leads_count,
        fit_leads_count,
        customers_count,
        mature_customers_count,
        coalesce(one_time_buyers_count, 0),
        0
    from acquisition
    union all
    select
        'sources',
        cast(null as date),
        -1,
        leads_count,
        0,
        customers_count,
        0,
        0,
        spend_amount
    from acquisition
    where channel = 'all' and motion = 'all' and cohort_grain = 'all'
    union all
    select
        'sources',
        cast(null as date),
        1,
        count(*),
        0,
        0,
        0,
        0,
        0
    from {{ ref('fct_customer_events') }}
    where event_type = 'lead_created'
    union all
    select
        'sources',
        cast(null as date),
        1,
        0,
        0,
        count(*),
        0,
        0,
        0
    from {{ ref('dim_customers') }}
    where orders_count > 0
    union all
    select
        'sources',
        cast(null as date),
        1,
        0,
        0,
        0,
        0,
        0,
        coalesce(sum(cost_amount), 0)
    from {{ ref('dim_campaigns') }}

)

select
    claim,
    cohort_month_start_date,
    sum(side * leads_count) as leads_difference,
    sum(side * fit_leads_count) as fit_leads_difference,
    sum(side * customers_count) as customers_difference,
    sum(side * mature_customers_count) as mature_difference,
    sum(side * one_time_buyers_count) as one_time_difference,
    sum(side * spend_amount) as spend_difference
from sides
group by claim, cohort_month_start_date
having
    sum(side * leads_count) != 0
    or sum(side * fit_leads_count) != 0
    or sum(side * customers_count) != 0
    or sum(side * mature_customers_count) != 0
    or sum(side * one_time_buyers_count) != 0
    or sum(side * spend_amount) != 0
