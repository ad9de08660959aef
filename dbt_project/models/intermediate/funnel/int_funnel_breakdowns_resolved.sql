-- For each attempt the value of every breakdown of its funnel: a property of the event that began it, of the last step
-- that it reached, or of its n-th step; or of the customer; `unknown` where there is none. And the breakdown `all`.
-- One row per life number, start number and breakdown.
with

funnel_breakdowns as (

    select * from {{ ref('funnel_breakdowns') }}

),

funnel_attempts_timed as (

    select * from {{ ref('int_funnel_attempts_timed') }}

),

funnel_steps_walked as (

    select * from {{ ref('int_funnel_steps_walked') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

users as (

    select * from {{ ref('stg_crm__users') }}

),

breakdowns_of_steps as (

    select
        funnel_id,
        breakdown,
        property,
        at_step,
        {{ dbt.safe_cast('at_step', 'integer') }} as at_step_number
    from funnel_breakdowns

),

attempts as (

    select
        attempts.life_number,
        attempts.start_number,
        attempts.customer_id,
        attempts.started_local_at,
        breakdowns.breakdown,
        breakdowns.property,
        case breakdowns.at_step
            when 'first' then attempts.start_number
            when 'last' then attempts.last_number
            else steps.event_number
        end as event_number
    from funnel_attempts_timed as attempts
    inner join breakdowns_of_steps as breakdowns
        on attempts.funnel_id = breakdowns.funnel_id
    left join funnel_steps_walked as steps
        on
            attempts.life_number = steps.life_number
            and attempts.start_number = steps.start_number
            and breakdowns.at_step_number = steps.step_number
            and steps.is_reached
    where not attempts.is_excluded

),

values_resolved as (

    select
        attempts.life_number,
        attempts.start_number,
        attempts.started_local_at,
        attempts.breakdown,
        coalesce(
            case attempts.property
                when 'channel' then heard.channel
                when 'campaign_id' then heard.campaign_id
                when 'owner_id' then heard.owner_id
                when 'owner_team' then users.team
                when 'function_code' then heard.function_code
                when 'direction' then heard.direction
                when 'detail' then heard.detail
                when 'acquisition_channel' then customers.acquisition_channel
                when 'country' then customers.country
                when 'is_b2b' then cast(customers.is_b2b as {{ dbt.type_string() }})
            end,
            'unknown'
        ) as breakdown_value
    from attempts
    left join funnel_events_heard as heard
        on attempts.life_number = heard.life_number and attempts.event_number = heard.event_number
    left join customers
        on attempts.customer_id = customers.customer_id
    left join users
        on
            case when attempts.property = 'owner_team' then heard.owner_id end = users.user_id
            and heard.occurred_at >= users.valid_from_at
            and heard.occurred_at < coalesce(users.valid_to_at, timestamp '9999-12-31 00:00:00')

    union all
    select
        life_number,
        start_number,
        started_local_at,
        'all',
        'all'
    from funnel_attempts_timed
    where not is_excluded

),

funnel_breakdowns_resolved as (

    select
        life_number,
        start_number,
        breakdown,
        breakdown_value,
        cast({{ dbt.date_trunc('week', 'started_local_at') }} as date) as started_week_date,
        cast({{ dbt.date_trunc('month', 'started_local_at') }} as date) as started_month_date
    from values_resolved

)

select * from funnel_breakdowns_resolved
