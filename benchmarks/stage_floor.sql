-- The floor: the twelve rules of the customer lifecycle, written by hand for them alone. It rests on what holds for
-- these rules and no others: from the first order on only orders and silences count, so what they do follows from the
-- gaps before and after; what counts before it are few events, whose steps are folded.
-- Stages by number: 0 outside, 1 reached, 2 known, 3 engaged, 4 opportunity, 5 new_customer, 6 active, 7 at_risk,
-- 8 churned, 9 reactivated, 10 closed.

-- What is heard, in order of priority; 4 and 5 have one priority, 8 are the orders.
create or replace temp macro code_of(event_type) as (case event_type
    when 'deal_opened' then 1
    when 'deal_lost' then 2
    when 'trial_booked' then 3
    when 'trial_attended' then 3
    when 'lead_product_bought' then 3
    when 'lead_created' then 4
    when 'contact_created' then 5
    when 'session_started' then 6
    when 'message_sent' then 6
    when 'lead_disqualified' then 7
    when 'contact_deleted' then 7
    when 'qualifying_order_placed' then 8
end)::tinyint;

create or replace temp macro rule_name(code, from_number) as case code
    when 1 then 'deal_opened'
    when 2 then 'deal_lost'
    when 3 then 'interest_shown'
    when 4 then if(from_number = 10, 'lead_returned', 'identified')
    when 5 then 'identified'
    when 6 then 'first_touch'
    when 7 then 'given_up'
    when 11 then 'first_order'
    when 12 then 'repeat_order'
    when 13 then 'return_order'
    when 14 then 'silent_at_risk'
    when 15 then 'silent_churned'
end;

create or replace temp macro stage_name(stage) as case stage
    when 0 then 'outside'
    when 1 then 'reached'
    when 2 then 'known'
    when 3 then 'engaged'
    when 4 then 'opportunity'
    when 5 then 'new_customer'
    when 6 then 'active'
    when 7 then 'at_risk'
    when 8 then 'churned'
    when 9 then 'reactivated'
    when 10 then 'closed'
end;

-- Customers by number: to sort and join numbers costs less than texts.
create temp table customers as
select
    customer_id,
    row_number() over () as customer_number
from (
    select distinct customer_id
    from marts.fct_customer_events
    where customer_id is not null and code_of(event_type) is not null
);

create temp table heard as
select
    customers.customer_number,
    events.occurred_at,
    code_of(events.event_type) as code,
    events.source_record_id,
    events.source_table,
    events.amount,
    events.loaded_at
from marts.fct_customer_events as events
inner join customers
    on events.customer_id = customers.customer_id
where code_of(events.event_type) is not null;

-- One row per customer and instant of ordering. A gap, before and after, by how long it was: 0 there is none,
-- 1 up to 90 days, 2 up to 180, 3 more.
create temp table orders as
with instants as (
    select distinct
        customer_number,
        occurred_at
    from heard
    where code = 8
),

neighbours as (
    select
        *,
        lag(occurred_at, 2) over life as before_previous_at,
        lag(occurred_at) over life as previous_at,
        lead(occurred_at) over life as next_at
    from instants
    window life as (
        partition by customer_number
        order by occurred_at
    )
)

select
    neighbours.customer_number,
    neighbours.occurred_at,
    (case
        when previous_at is null then 0
        when previous_at + interval 90 days >= occurred_at then 1
        when previous_at + interval 180 days >= occurred_at then 2
        else 3
    end)::tinyint as gap,
    (case
        when previous_at is null then null
        when before_previous_at is null then 5
        when before_previous_at + interval 180 days < previous_at then 9
        else 6
    end)::tinyint as stage_before_silence,
    (case
        when occurred_at + interval 90 days >= coalesce(next_at, as_of + interval 1 second) then 1
        when occurred_at + interval 180 days >= coalesce(next_at, as_of + interval 1 second) then 2
        else 3
    end)::tinyint as silence
from neighbours
cross join intermediate.int_build_clocks_resolved
where
    before_previous_at is null
    or previous_at + interval 90 days < occurred_at
    or before_previous_at + interval 180 days < previous_at
    or occurred_at + interval 90 days < coalesce(next_at, as_of + interval 1 second);

-- What came before the first order and did something. First what is seen from what came before in the whole life: an
-- open deal (1) stands until it is lost (2), a touch (6) counts as the first of all, giving up (7) not as the first.
create temp table beginnings as
with before_orders as (
    select
        heard.customer_number,
        heard.occurred_at,
        heard.code
    from heard
    left join orders
        on heard.customer_number = orders.customer_number and orders.gap = 0
    where heard.code < 8 and (orders.occurred_at is null or heard.occurred_at < orders.occurred_at)
),

with_deals as (
    select
        *,
        lag(code) over life as previous_code,
        coalesce(last_value(if(code <= 2, code, null) ignore nulls) over life, 2) = 1 as is_open,
        coalesce(bool_or(code not in (2, 7)) over life, false) as is_inside
    from before_orders
    window life as (
        partition by customer_number
        order by occurred_at, code
        rows between unbounded preceding and 1 preceding
    )
),

-- Giving up begins anew; but a contact (5) does not bring back who was given up.
attempts as (
    select
        *,
        count(*) filter (where code = 7) over (
            partition by customer_number
            order by occurred_at, code
            rows between unbounded preceding and 1 preceding
        ) as attempt
    from with_deals
    where
        code is distinct from previous_code
        and is_open = (code = 2)
        and (code != 6 or not is_inside)
        and (code != 7 or is_inside)
),

-- Within an attempt a lead (4) or contact counts as the first, interest (3) once until a deal is lost.
with_attempts as (
    select
        *,
        coalesce(bool_or(code < 6) over attempt, false) as has_begun,
        coalesce(last_value(if(code in (2, 3), code, null) ignore nulls) over attempt, 2) = 3 as is_engaged
    from attempts
    where code != 5 or attempt = 0
    window attempt as (
        partition by customer_number, attempt
        order by occurred_at, code
        rows between unbounded preceding and 1 preceding
    )
)

select
    customer_number,
    occurred_at,
    code,
    ([4, 2, 3, 2, 2, 1, 10])[code]::tinyint as to_number
from with_attempts
where
    case
        when code in (4, 5) then not has_begun
        when code = 3 then not is_engaged
        when code = 7 then has_begun or attempt = 0
        else true
    end;

create temp table moves as
with steps as (
    select
        *,
        occurred_at as heard_at
    from beginnings
    union all
    select
        customer_number,
        occurred_at,
        case gap
            when 0 then 11
            when 3 then 13
            else 12
        end,
        case gap
            when 0 then 5
            when 3 then 9
            else 6
        end,
        occurred_at
    from orders
    where gap != 1 or stage_before_silence != 6
    union all
    select
        customer_number,
        occurred_at + interval 90 days,
        14,
        7,
        occurred_at
    from orders
    where silence > 1
    union all
    select
        customer_number,
        occurred_at + interval 180 days,
        15,
        8,
        occurred_at
    from orders
    where silence > 2
),

neighbours as (
    select
        *,
        row_number() over life as move_number,
        coalesce(lag(to_number) over life, 0) as from_number,
        lag(occurred_at) over life as previous_at,
        lead(occurred_at) over life as next_at
    from steps
    window life as (
        partition by customer_number
        order by occurred_at, code
    )
)

select
    neighbours.*,
    customers.customer_id,
    md5('customer|' || customer_id || '|' || occurred_at || '|' || rule_name(code, from_number) || '|') as move_id,
    date_diff('second', occurred_at, coalesce(next_at, as_of)) / 86400 as latest_days,
    row_number() over life as visit_number,
    sum(date_diff('second', occurred_at, coalesce(next_at, as_of)) / 86400) over life as cumulative_days
from neighbours
inner join customers
    on neighbours.customer_number = customers.customer_number
cross join intermediate.int_build_clocks_resolved
window life as (
    partition by neighbours.customer_number, to_number
    order by move_number
);

-- The first record of an instant is the evidence, with the sum of all that the rule hears.
create temp table evidence as
select
    moves.customer_number,
    moves.move_number,
    min(heard.source_record_id) as source_record_id,
    arg_min(heard.source_table, heard.source_record_id) as source_table,
    sum(heard.amount)::double as amount,
    min(heard.loaded_at) as loaded_at
from moves
inner join heard
    on moves.customer_number = heard.customer_number and moves.heard_at = heard.occurred_at
where
    heard.code = least(moves.code, 8)
    or (moves.code in (4, 5) and heard.code in (4, 5) and moves.from_number != 10)
group by all;

create table marts.stage_transitions as
select
    move_id as transition_id,
    'customer' as lifecycle_id,
    customer_id as entity_id,
    customer_id,
    rule_name(code, from_number) as rule_id,
    source_record_id as evidence_record_id,
    'customer' as entity_type,
    stage_name(from_number) as from_stage,
    stage_name(to_number) as to_stage,
    case
        when visit_number > 1 then 're-entry'
        when to_number in (7, 8, 10) then 'backward'
        when from_number in (0, 7, 8, 10) then 'forward'
        when to_number < from_number then if(from_number = 9, 'lateral', 'backward')
        else 'forward'
    end as direction,
    source_table as evidence_source,
    moves.move_number::integer as move_number,
    visit_number::integer as visit_number,
    if(to_number <= 5 and from_number < to_number, to_number - from_number - 1, 0)::bigint as skipped_stages_count,
    date_diff('second', previous_at, occurred_at) / 86400 as days_in_from_stage,
    1::integer as rule_version,
    case code when 14 then 90 when 15 then 180 else amount end::double as evidence_value,
    case code when 14 then 90 when 15 then 180 end::double as threshold,
    occurred_at,
    if(code > 13, greatest(loaded_at, occurred_at), loaded_at) as known_from_at
from moves
inner join evidence
    on moves.customer_number = evidence.customer_number and moves.move_number = evidence.move_number;

create table marts.stage_intervals as
select
    move_id as interval_id,
    'customer' as lifecycle_id,
    customer_id as entity_id,
    customer_id,
    'customer' as entity_type,
    stage_name(to_number) as stage,
    visit_number::integer as visit_number,
    latest_days,
    cumulative_days,
    if(next_at is null, latest_days, null) as current_days,
    next_at is null as is_current,
    occurred_at as valid_from_at,
    next_at as valid_to_at
from moves
where next_at is null or next_at > occurred_at;
