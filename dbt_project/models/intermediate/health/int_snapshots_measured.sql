-- Every measure that risk and health are told by, of each customer on each score date, by what had happened until
-- then. What no source can tell is NULL: of customers who have never used the product their use, in a company without
-- a help desk the tickets.
-- One row per customer id and score date.
with

purchase_patterns_measured as (

    select * from {{ ref('int_purchase_patterns_measured') }}

),

grievances_counted as (

    select * from {{ ref('int_grievances_counted') }}

),

usage_patterns_measured as (

    select * from {{ ref('int_usage_patterns_measured') }}

),

commitments_measured as (

    select * from {{ ref('int_commitments_measured') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

help_desk as (

    select count(*) as tickets_count
    from tickets

),

first_uses as (

    select
        customer_id,
        min(cast(occurred_at as date)) as first_used_date
    from customer_events
    where event_type = 'product_used' and customer_id is not null
    group by customer_id

),

snapshots_with_use as (

    select
        patterns.*,
        case when first_uses.first_used_date <= patterns.score_date then coalesce(usage.recent_uses_count, 0) end
            as recent_uses_count,
        case when first_uses.first_used_date <= patterns.score_date then coalesce(usage.earlier_uses_count, 0) end
            as earlier_uses_count,
        case when first_uses.first_used_date <= patterns.score_date then coalesce(usage.recent_scenes_count, 0) end
            as scenes_used_count,
        usage.earlier_scenes_count - usage.recent_scenes_count as scenes_lost_count
    from purchase_patterns_measured as patterns
    left join first_uses
        on patterns.customer_id = first_uses.customer_id
    left join usage_patterns_measured as usage
        on patterns.customer_id = usage.customer_id and patterns.score_date = usage.score_date

),

snapshots_measured as (

    select
        snapshots.*,
        snapshots.recent_uses_count / nullif(cast(snapshots.earlier_uses_count as double), 0) as usage_ratio,
        case when help_desk.tickets_count > 0 then coalesce(grievances.negative_tickets_count, 0) end
            as negative_tickets_count,
        case when help_desk.tickets_count > 0 then coalesce(grievances.open_tickets_count, 0) end
            as open_tickets_count,
        coalesce(grievances.refunds_count, 0) as refunds_count,
        coalesce(grievances.detractor_answers_count, 0) as detractor_answers_count,
        coalesce(grievances.negative_reviews_count, 0) as negative_reviews_count,
        commitments.points_balance,
        commitments.prepaid_balance,
        commitments.contract_days_left
    from snapshots_with_use as snapshots
    cross join help_desk
    left join grievances_counted as grievances
        on snapshots.customer_id = grievances.customer_id and snapshots.score_date = grievances.score_date
    left join commitments_measured as commitments
        on snapshots.customer_id = commitments.customer_id and snapshots.score_date = commitments.score_date

)

select * from snapshots_measured
