-- Every measure that risk and health are told by, of each customer on each score date, by what had happened until
-- then. What no source can tell is NULL: of customers who have never used the product their use, of a time before the
-- first ticket of all the tickets. Whoever used the product once and does no longer uses it 0 times as much.
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

balances_dated as (

    select * from {{ ref('int_balances_dated') }}

),

contracts_dated as (

    select * from {{ ref('int_contracts_dated') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

{# From when on each source tells anything: before, nothing is not known to be nothing. #}
first_rows as (

    select
        event_type as source_name,
        min(cast(occurred_at as date)) as first_date
    from customer_events
    where event_type in ('ticket_created', 'survey_answered', 'review_posted')
    group by event_type
    union all
    select
        balance_type,
        min(booked_date)
    from balances_dated
    group by balance_type
    union all
    select
        'contract',
        min(started_date)
    from contracts_dated

),

sources as (

    select
        max(case when source_name = 'ticket_created' then first_date end) as tickets_from_date,
        max(case when source_name = 'survey_answered' then first_date end) as answers_from_date,
        max(case when source_name = 'review_posted' then first_date end) as reviews_from_date,
        max(case when source_name = 'points' then first_date end) as points_from_date,
        max(case when source_name = 'prepaid' then first_date end) as prepaid_from_date,
        max(case when source_name = 'contract' then first_date end) as contracts_from_date
    from first_rows

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
        case
            when snapshots.recent_uses_count = 0 then 0
            else snapshots.recent_uses_count / nullif(cast(snapshots.earlier_uses_count as double), 0)
        end as usage_ratio,
        {% for count, source in {
            'negative_tickets_count': 'tickets',
            'open_tickets_count': 'tickets',
            'detractor_answers_count': 'answers',
            'negative_reviews_count': 'reviews',
        }.items() -%}
            case
                when sources.{{ source }}_from_date <= snapshots.score_date then coalesce(grievances.{{ count }}, 0)
            end as {{ count }},
        {% endfor -%}
        {% for measure, source in {
            'points_balance': 'points', 'prepaid_balance': 'prepaid', 'contract_days_left': 'contracts'
        }.items() -%}
            case
                when sources.{{ source }}_from_date <= snapshots.score_date then coalesce(commitments.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor -%}
        coalesce(grievances.refunds_count, 0) as refunds_count
    from snapshots_with_use as snapshots
    cross join sources
    left join grievances_counted as grievances
        on snapshots.customer_id = grievances.customer_id and snapshots.score_date = grievances.score_date
    left join commitments_measured as commitments
        on snapshots.customer_id = commitments.customer_id and snapshots.score_date = commitments.score_date

)

select * from snapshots_measured
