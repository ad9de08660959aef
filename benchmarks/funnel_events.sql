-- What the funnels read beside what `stage_events.sql` made up, in the same session: the activity stream anew, with more
-- kinds of events and with order, owner and detail; customers, staff and stage transitions.
-- An order has all its events: placed, qualifying or of lead products alone, paid, delivered, and some refunded.
create temp table happenings as
with retyped as (
    select
        i,
        seed,
        customer_id,
        occurred_at,
        case
            when event_type = 'message_opened' and chance(seed, 20) < 0.3 then 'message_clicked'
            when event_type = 'lead_created' and chance(seed, 20) < 0.3 then 'lead_accepted'
            when event_type = 'deal_opened' and chance(seed, 20) < 0.2 then 'deal_qualified'
            when event_type = 'deal_lost' and chance(seed, 20) < 0.4 then 'deal_won'
            when event_type = 'trial_booked' and chance(seed, 20) < 0.4 then 'trial_attended'
            when event_type = 'product_used' and chance(seed, 20) < 0.1 then 'invite_sent'
            when event_type = 'ticket_solved' and chance(seed, 20) < 0.3 then 'survey_answered'
            else event_type
        end as event_type
    from events
    where event_type not in ('order_placed', 'order_paid')
),

orders as (
    select
        *,
        'O' || lpad((seed % 10000000000)::varchar, 11, '0') as order_id
    from retyped
    where event_type in ('qualifying_order_placed', 'lead_product_bought')
),

of_orders as (
    select
        orders.*,
        unnest([
            {'type': 'order_placed', 'days': 0, 'share': 1},
            {'type': 'order_paid', 'days': 12 * chance(seed, 21), 'share': 0.9},
            {'type': 'order_delivered', 'days': 12 + 9 * chance(seed, 22), 'share': 0.5},
            {'type': 'order_refunded', 'days': 22 + 30 * chance(seed, 23), 'share': 0.05}
        ]) as follower
    from orders
)

select
    i,
    seed,
    customer_id,
    occurred_at,
    event_type,
    if(event_type in ('qualifying_order_placed', 'lead_product_bought'), 'O' || lpad((seed % 10000000000)::varchar, 11, '0'), null)
        as order_id
from retyped
union all
select
    i,
    seed,
    customer_id,
    occurred_at + to_seconds((follower.days * 86400)::bigint),
    follower.type,
    order_id
from of_orders
where chance(seed, 24) < follower.share and occurred_at + to_seconds((follower.days * 86400)::bigint) < timestamp '2026-01-01';

create or replace table marts.fct_customer_events as
select
    md5(i || '|' || seed || '|' || happenings.event_type) as event_id,
    case
        when event_types.entity_type = 'deal' then 'D' || lpad((i * 4 + seed % 2)::varchar, 8, '0')
        when chance(seed, 10) < 0.98 then customer_id
    end as entity_id,
    case when chance(seed, 10) < 0.98 then customer_id end as customer_id,
    null::varchar as unknown_party_key,
    upper(left(happenings.event_type, 2)) || lpad((seed % 100000000)::varchar, 9, '0') as source_record_id,
    case when chance(seed, 15) < 0.1 then 'C' || (seed % 20) end as campaign_id,
    order_id,
    case when event_types.source_table like 'crm.%' then 'U' || (seed % 40) end as owner_id,
    event_types.entity_type,
    happenings.event_type,
    split_part(event_types.source_table, '.', 1) as source_system,
    split_part(event_types.source_table, '.', 2) as source_table,
    pick(['email', 'search_ads', 'social', 'referral', 'direct'], chance(seed, 11)) as channel,
    pick(['marketing', 'sales', 'service'], chance(seed, 12)) as function_code,
    pick(['inbound', 'outbound'], chance(seed, 13)) as direction,
    null::varchar as stated_value,
    case happenings.event_type
        when 'customer_contacted' then pick(['reached', 'asked', 'missed'], chance(seed, 16))
        when 'deal_lost' then pick(['price', 'competitor', 'no_need'], chance(seed, 16))
        when 'lead_disqualified' then pick(['duplicate', 'no_budget'], chance(seed, 16))
    end as detail,
    case
        when event_types.source_table like 'orders.%'
            then round(12 + exp(3.2 + 2 * chance(seed, 14)), 2)::decimal(18, 4)
    end as amount,
    happenings.occurred_at,
    timestamp '2026-01-01 06:00:00' as loaded_at
from happenings
inner join dictionary.event_types
    on happenings.event_type = event_types.event_type
order by happenings.occurred_at, seed;

create table marts.dim_customers as
select
    customer_id,
    case when chance(i, 30) < 0.9 then pick(['email', 'search_ads', 'social', 'referral', 'direct'], chance(i, 31)) end
        as acquisition_channel,
    pick(['NL', 'DE', 'BE', 'FR'], chance(i, 32)) as country,
    chance(i, 33) < 0.2 as is_b2b
from lives
where events_count > 0;

create schema staging;

create table staging.stg_crm__users as
select
    'U' || n as user_id,
    pick(['north', 'south', 'inside'], chance(n, 34)) as team,
    timestamp '2020-01-01' as valid_from_at,
    null::timestamp as valid_to_at
from range(40) as numbers(n);

-- Not the stage engine's own, but as many and as spread: stages that an event of their own leads to, and a silence of half
-- a year between orders that loses the customer.
create table marts.fct_stage_transitions as
with heard as (
    select
        customer_id,
        occurred_at,
        event_type,
        row_number() over (partition by customer_id, event_type order by occurred_at, event_id) as nth,
        lead(occurred_at) over (partition by customer_id, event_type order by occurred_at, event_id) as next_at
    from marts.fct_customer_events
    where
        customer_id is not null
        and event_type in ('lead_created', 'message_opened', 'deal_opened', 'qualifying_order_placed')
),

moves as (
    select
        customer_id,
        occurred_at,
        case event_type
            when 'lead_created' then 'known'
            when 'message_opened' then 'engaged'
            when 'deal_opened' then 'opportunity'
            when 'qualifying_order_placed' then 'new_customer'
        end as to_stage
    from heard
    where nth = 1
    union all
    select
        customer_id,
        occurred_at,
        'active'
    from heard
    where event_type = 'qualifying_order_placed' and nth = 2
    union all
    select
        customer_id,
        unnest([occurred_at + interval 180 days, next_at]),
        unnest(['churned', 'reactivated'])
    from heard
    where
        event_type = 'qualifying_order_placed'
        and coalesce(next_at, timestamp '2026-01-01') > occurred_at + interval 180 days
)

select
    md5(customer_id || to_stage || occurred_at) as transition_id,
    'customer' as lifecycle_id,
    customer_id as entity_id,
    customer_id,
    'customer' as entity_type,
    to_stage,
    occurred_at
from moves
where occurred_at is not null
order by occurred_at, customer_id;
