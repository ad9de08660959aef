{{ config(meta={"dagster": {"ref": {"name": "rpt_sales_velocity"}}}) }}
-- Each way of breaking down adds up to the deals that the events tell were won and lost, with their amounts.
with

events as (

    select
        count(case when event_type = 'deal_won' then 1 end) as won_count,
        count(case when event_type = 'deal_lost' then 1 end) as lost_count,
        coalesce(sum(case when event_type = 'deal_won' then amount end), 0) as won_amount,
        coalesce(sum(case when event_type = 'deal_lost' then amount end), 0) as lost_amount
    from {{ ref('fct_customer_events') }}

),

reported as (

    select
        breakdown,
        sum(won_count) as won_count,
        sum(lost_count) as lost_count,
        sum(won_amount) as won_amount,
        sum(lost_amount) as lost_amount
    from {{ ref('rpt_sales_velocity') }}
    group by breakdown

)

select
    reported.*,
    events.won_count as told_won_count,
    events.lost_count as told_lost_count
from reported
cross join events
where
    reported.won_count != events.won_count
    or reported.lost_count != events.lost_count
    or reported.won_amount != events.won_amount
    or reported.lost_amount != events.lost_amount
