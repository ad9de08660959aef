-- The channels, motions and cohorts in which each lead, new customer, visitor and cost is counted.
-- Visits and costs are told by channel only, for no source tells of which motion they are.
-- One row per record and month, channel, motion and cohort grain.
with

leads_measured as (

    select * from {{ ref('int_leads_measured') }}

),

new_customers_measured as (

    select * from {{ ref('int_new_customers_measured') }}

),

campaign_costs_spread as (

    select * from {{ ref('int_campaign_costs_spread') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

sessions as (

    select * from {{ ref('stg_marketing__sessions') }}

),

records as (

    select
        'lead' as record_type,
        lead_id as record_id,
        channel,
        motion,
        cast(null as decimal(18, 4)) as cost_amount,
        month_start_date
    from leads_measured
    union all
    select
        'customer',
        customer_id,
        channel,
        motion,
        null,
        month_start_date
    from new_customers_measured
    union all
    select
        'cost',
        campaign_id,
        coalesce(channel, 'unknown'),
        cast(null as string),
        cost_amount,
        month_start_date
    from campaign_costs_spread
    union all
    select distinct
        'visitor',
        sessions.visitor_id,
        coalesce(customer_events.channel, 'unknown'),
        cast(null as string),
        null,
        cast({{ dbt.date_trunc('month', 'customer_events.occurred_at') }} as date)
    from customer_events
    inner join sessions
        on customer_events.source_record_id = sessions.session_id
    where customer_events.event_type = 'session_started'

),

records_by_channel as (

    select
        *,
        channel as cell_channel
    from records
    union all
    select
        *,
        'all'
    from records

),

records_by_motion as (

    select
        *,
        'all' as cell_motion
    from records_by_channel
    union all
    select
        *,
        motion
    from records_by_channel
    where motion is not null

),

acquisition_cohorts_grouped as (

    select
        record_type,
        record_id,
        cost_amount,
        cell_channel as channel,
        cell_motion as motion,
        'all' as cohort_grain,
        cast(null as date) as cohort_month_start_date
    from records_by_motion
    union all
    select
        record_type,
        record_id,
        cost_amount,
        cell_channel,
        cell_motion,
        'month',
        month_start_date
    from records_by_motion
    where month_start_date is not null

)

select * from acquisition_cohorts_grouped
