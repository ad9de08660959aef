-- The activity stream of made-up customers, as `fct_customer_events` has it, and the tables that the engine reads
-- beside it. Two variables: `customers`; and `long_life`, 0, or the orders of the only customer.
-- Chance is the hash of a counter, so the same variables give the same rows.
create or replace temp macro chance(i, k) as
    (((hash(i::bigint * 1000003 + k) >> 11)::double) + 0.5) / 9007199254740992.0;

create or replace temp macro pick(words, share) as words[1 + floor(share * len(words))::integer];

-- How many events: a body with a mean of five, many of them without any, and a tail of one event and more, of which
-- one customer in a million has 100,000. The first customer has the longest life.
create temp table lives as
with drawn as (
    select
        i,
        sqrt(chance(i, 1)) * 3 * 365 * 86400 as born_second,
        case when chance(i, 2) < 0.4 then 0 else floor(-ln(chance(i, 3)) * 8.7) end
        + floor(power(getvariable('customers') / i::double, 1 / 1.2)) as events_count
    from range(1, getvariable('customers') + 1) as numbers(i)
)
select
    i,
    md5('customer ' || i) as customer_id,
    chance(i, 4) < 0.2 as only_looks,
    8 * -ln(chance(i, 5)) as pace_days,
    if(getvariable('long_life') > 0, 0, born_second::bigint) as born_second,
    if(getvariable('long_life') > 0, getvariable('long_life'), events_count)::bigint as events_count,
    (3 * 365 * 86400 - if(getvariable('long_life') > 0, 0, born_second)) * (0.4 + 0.6 * chance(i, 6)) as longest_seconds
from drawn;

-- Silences are heavy-tailed too: one in twenty events comes at the instant of the one before, one in twenty or so after
-- more than a hundred days. A life that would last too long is squeezed.
create temp table events as
with numbered as (
    select
        *,
        unnest(range(1, events_count + 1)) as j
    from lives
),

gaps as (
    select
        *,
        i * 7919 + j * 104729 as seed,
        case
            when j = 1 or chance(i * 7919 + j * 104729, 7) < 0.05 then 0
            else least(power(chance(i * 7919 + j * 104729, 8), -1 / 1.2) - 0.9, 400) * pace_days * 86400
        end as gap_seconds
    from numbered
),

places as (
    select
        *,
        sum(gap_seconds) over (partition by i order by j rows unbounded preceding) as seconds,
        sum(gap_seconds) over (partition by i) as all_seconds
    from gaps
)

select
    i,
    j,
    seed,
    customer_id,
    timestamp '2023-01-01' + to_seconds(
        born_second + floor(seconds * least(1, longest_seconds / greatest(all_seconds, 1)))::bigint
    ) as occurred_at,
    case
        when getvariable('long_life') > 0 then 'qualifying_order_placed'
        when j = 1 then pick([
            'session_started', 'session_started', 'session_started', 'session_started', 'message_sent', 'message_sent',
            'lead_created', 'lead_created', 'lead_created', 'contact_created', 'contact_created', 'trial_booked',
            'deal_opened', 'lead_disqualified', if(only_looks, 'message_sent', 'qualifying_order_placed')
        ], chance(seed, 9))
        when j <= 5 then pick([
            'session_started', 'message_sent', 'message_opened', 'lead_created', 'contact_created', 'trial_booked',
            'trial_attended', 'lead_product_bought', 'customer_contacted', 'deal_opened', 'deal_opened', 'deal_lost',
            'lead_disqualified', 'contact_deleted', 'order_placed', if(only_looks, 'deal_lost', 'order_paid'),
            if(only_looks, 'lead_created', 'qualifying_order_placed'),
            if(only_looks, 'message_sent', 'qualifying_order_placed')
        ], chance(seed, 9))
        else pick([
            'session_started', 'session_started', 'message_sent', 'message_sent', 'message_opened', 'product_used',
            'product_used', 'product_used', 'ticket_created', 'ticket_solved', 'customer_contacted', 'order_placed',
            'order_placed', 'order_paid', 'lead_created',
            if(only_looks, 'deal_opened', 'qualifying_order_placed'),
            if(only_looks, 'deal_lost', 'qualifying_order_placed'),
            if(only_looks, 'trial_booked', 'qualifying_order_placed'),
            if(only_looks, 'lead_disqualified', 'qualifying_order_placed')
        ], chance(seed, 9))
    end as event_type
from places;

create table intermediate.int_build_clocks_resolved as
select
    timestamp '2026-01-01' as as_of,
    timestamp '2026-01-02' as known_at;

-- In the order in which it happened, as files of one day after the other bring it; one in fifty is of nobody known.
create table marts.fct_customer_events as
select
    md5(i || '|' || j) as event_id,
    case
        when event_types.entity_type = 'deal' then 'D' || lpad((seed % 10000000)::varchar, 8, '0')
        when chance(seed, 10) < 0.98 then events.customer_id
    end as entity_id,
    case when chance(seed, 10) < 0.98 then events.customer_id end as customer_id,
    null::varchar as unknown_party_key,
    upper(left(events.event_type, 2)) || lpad((seed % 100000000)::varchar, 9, '0') as source_record_id,
    null::varchar as campaign_id,
    event_types.entity_type,
    events.event_type,
    split_part(event_types.source_table, '.', 1) as source_system,
    split_part(event_types.source_table, '.', 2) as source_table,
    pick(['email', 'search_ads', 'social', 'referral', 'direct'], chance(seed, 11)) as channel,
    pick(['marketing', 'sales', 'service'], chance(seed, 12)) as function_code,
    pick(['inbound', 'outbound'], chance(seed, 13)) as direction,
    null::varchar as stated_value,
    case
        when event_types.source_table like 'orders.%'
            then round(12 + exp(3.2 + 2 * chance(seed, 14)), 2)::decimal(18, 4)
    end as amount,
    events.occurred_at,
    timestamp '2026-01-01 06:00:00' as loaded_at
from events
inner join dictionary.event_types
    on events.event_type = event_types.event_type
order by events.occurred_at, seed;
