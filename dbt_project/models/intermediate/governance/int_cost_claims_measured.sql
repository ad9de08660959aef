-- What a new customer costs beside one that is kept: the claim about costs, on the own data. Acquisition is the media
-- money and the activities with who had not bought yet; keeping is the activities with who had, and their tickets. An
-- account of the last year's money is no sample and has no interval.
-- One row per measure id.
with

channel_acquisition as (

    select * from {{ ref('rpt_channel_acquisition') }}

),

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

media as (

    select sum(channel_acquisition.spend_amount) as spend_amount
    from channel_acquisition
    cross join build_clocks_resolved as clocks
    where
        channel_acquisition.channel = 'all'
        and channel_acquisition.motion = 'all'
        and channel_acquisition.cohort_grain = 'month'
        and {{ dbt.dateadd('day', 365, 'channel_acquisition.cohort_month_start_date') }} > clocks.as_of

),

efforts as (

    select
        sum(case
            when histories.customer_id is null or customer_events.occurred_at < histories.first_purchase_date
                then coalesce(activities.unit_cost, 0)
            else 0
        end) as acquisition_amount,
        sum(case
            when histories.customer_id is null or customer_events.occurred_at < histories.first_purchase_date then 0
            when customer_events.event_type = 'ticket_created' then cast(thresholds.threshold_value as decimal(18, 4))
            else coalesce(activities.unit_cost, 0)
        end) as keeping_amount
    from customer_events
    cross join build_clocks_resolved as clocks
    inner join thresholds
        on thresholds.threshold_id = 'service_ticket_cost'
    left join activities
        on
            case when customer_events.source_table = 'activities' then customer_events.source_record_id end
            = activities.activity_id
    left join purchase_histories_summed as histories
        on customer_events.customer_id = histories.customer_id
    where
        {{ dbt.dateadd('day', 365, 'customer_events.occurred_at') }} > clocks.as_of
        and (customer_events.source_table = 'activities' or customer_events.event_type = 'ticket_created')

),

buyers as (

    select
        count(*) as buyers_count,
        count(case when age_days < 365 then 1 end) as new_customers_count
    from purchase_histories_summed

),

cost_claims_measured as (

    select
        'acquisition_to_keeping_cost' as measure_id,
        cast(media.spend_amount + efforts.acquisition_amount as double) / nullif(buyers.new_customers_count, 0)
        / nullif(cast(efforts.keeping_amount as double) / nullif(buyers.buyers_count, 0), 0) as measured_value,
        cast(null as double) as measured_lower,
        cast(null as double) as measured_upper,
        cast(buyers.new_customers_count as bigint) as customers_count
    from media
    cross join efforts
    cross join buyers

)

select * from cost_claims_measured
