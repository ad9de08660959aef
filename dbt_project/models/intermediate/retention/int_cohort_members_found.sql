-- Who belongs to which cohort: by a customer's first entry, by each calendar period with an entry, or by each with a
-- move into the stage `reactivated`. The first entry of the period counts.
-- Periods are told from the entry on: period 0 is that of the entry; `whole_periods_count` of them are over by as_of.
-- Calendar periods are the same for all cohorts of a customer. They are counted once, `counted_from_at` the first
-- cohort on; to a cohort's own numbers `entry_period_number` is added.
-- One row per cohort definition id, customer id and first day of the cohort.
with

cohort_definitions as (

    select * from {{ ref('cohort_definitions') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

entry_types as (

    select
        definitions.cohort_definition_id,
        definitions.cohort_type,
        definitions.cohort_unit,
        event_types.event_type
    from cohort_definitions as definitions
    inner join metrics
        on definitions.metric_id = metrics.metric_id
    inner join event_types
        on {{ is_listed('event_types.event_type', 'coalesce(definitions.entry_event_types, metrics.event_types)') }}
    where definitions.cohort_type in ('first_time', 'recurring')

),

entries as (

    select
        entry_types.cohort_definition_id,
        entry_types.cohort_type,
        customer_events.customer_id,
        customer_events.occurred_at as entered_at,
        {{ start_of_period('entry_types.cohort_unit', 'customer_events.occurred_at') }} as cohort_start_date
    from entry_types
    inner join customer_events
        on entry_types.event_type = customer_events.event_type
    where customer_events.customer_id is not null
    union all
    select
        definitions.cohort_definition_id,
        definitions.cohort_type,
        transitions.customer_id,
        transitions.occurred_at,
        {{ start_of_period('definitions.cohort_unit', 'transitions.occurred_at') }}
    from cohort_definitions as definitions
    inner join transitions
        on definitions.cohort_type = 'reactivated'
    where transitions.lifecycle_id = 'customer' and transitions.to_stage = 'reactivated'

),

members as (

    select
        cohort_definition_id,
        customer_id,
        min(entered_at) as entered_at,
        min(cohort_start_date) as cohort_start_date
    from entries
    group by cohort_definition_id, customer_id, case when cohort_type != 'first_time' then cohort_start_date end

),

members_followed as (

    select
        members.cohort_definition_id,
        members.customer_id,
        members.cohort_start_date,
        definitions.alignment,
        definitions.period_unit,
        customers.acquisition_channel,
        customers.is_b2b,
        {{ whole_periods(
            'definitions.alignment', 'definitions.period_unit', 'members.entered_at', 'build_clocks_resolved.as_of'
        ) }} as whole_periods_count,
        case
            when definitions.alignment = 'calendar' then cast(members.cohort_start_date as {{ dbt.type_timestamp() }})
            else members.entered_at
        end as followed_from_at
    from members
    inner join cohort_definitions as definitions
        on members.cohort_definition_id = definitions.cohort_definition_id
    inner join customers
        on members.customer_id = customers.customer_id
    cross join build_clocks_resolved

),

members_counted as (

    select
        *,
        case
            when alignment = 'calendar'
                then min(followed_from_at) over (partition by cohort_definition_id, customer_id)
            else followed_from_at
        end as counted_from_at
    from members_followed

),

cohort_members_found as (

    select
        cohort_definition_id,
        customer_id,
        cohort_start_date,
        acquisition_channel,
        is_b2b,
        whole_periods_count,
        followed_from_at,
        counted_from_at,
        {{ whole_periods('alignment', 'period_unit', 'counted_from_at', 'followed_from_at') }} as entry_period_number
    from members_counted

)

select * from cohort_members_found
