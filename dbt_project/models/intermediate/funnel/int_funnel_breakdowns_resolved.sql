-- For each attempt the value of every breakdown of its funnel: a property of the event that began it, of the last step
-- that it reached, or of its n-th step; or of the customer; `unknown` where there is none. And the breakdown `all`.
-- One row per attempt id and breakdown.
with

funnel_breakdowns as (

    select * from {{ ref('funnel_breakdowns') }}

),

funnel_attempts_kept as (

    select * from {{ ref('int_funnel_attempts_kept') }}

),

funnel_later_steps_described as (

    select * from {{ ref('int_funnel_later_steps_described') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

users as (

    select * from {{ ref('stg_crm__users') }}

),

{# What the first event tells, the attempt knows. #}
told_by_the_first as (

    select
        attempts.attempt_id,
        attempts.customer_id,
        attempts.started_local_at,
        breakdowns.breakdown,
        breakdowns.property,
        attempts.channel,
        attempts.campaign_id,
        attempts.owner_id,
        attempts.function_code,
        attempts.direction,
        attempts.detail,
        attempts.started_at as told_at
    from funnel_attempts_kept as attempts
    inner join funnel_breakdowns as breakdowns
        on attempts.funnel_id = breakdowns.funnel_id
    where not attempts.is_excluded and breakdowns.at_step = 'first'

),

told as (

    select * from told_by_the_first
    union all
    select * from funnel_later_steps_described

),

values_resolved as (

    select
        told.attempt_id,
        told.started_local_at,
        told.breakdown,
        coalesce(
            case told.property
                when 'channel' then told.channel
                when 'campaign_id' then told.campaign_id
                when 'owner_id' then told.owner_id
                when 'owner_team' then users.team
                when 'function_code' then told.function_code
                when 'direction' then told.direction
                when 'detail' then told.detail
                when 'acquisition_channel' then customers.acquisition_channel
                when 'country' then customers.country
                when 'is_b2b' then cast(customers.is_b2b as {{ dbt.type_string() }})
            end,
            'unknown'
        ) as breakdown_value
    from told
    left join customers
        on told.customer_id = customers.customer_id
    left join users
        on
            case when told.property = 'owner_team' then told.owner_id end = users.user_id
            and told.told_at >= users.valid_from_at
            and told.told_at < coalesce(users.valid_to_at, timestamp '9999-12-31 00:00:00')

    union all
    select
        attempt_id,
        started_local_at,
        'all',
        'all'
    from funnel_attempts_kept
    where not is_excluded

),

funnel_breakdowns_resolved as (

    select
        attempt_id,
        breakdown,
        breakdown_value,
        cast({{ start_of_week('started_local_at') }} as date) as started_week_date,
        cast({{ dbt.date_trunc('month', 'started_local_at') }} as date) as started_month_date
    from values_resolved

)

select * from funnel_breakdowns_resolved
