{{ config(materialized='view') }} {# read once, and as large as the periods #}
-- The periods of each member of a cohort, numbered from its own entry on, as far as any span asks.
-- One row per cohort definition id, customer id, first day of the cohort and period number.
with

cohort_members_found as (

    select * from {{ ref('int_cohort_members_found') }}

),

cohort_periods_found as (

    select * from {{ ref('int_cohort_periods_found') }}

),

cohort_spans_listed as (

    select * from {{ ref('int_cohort_spans_listed') }}

),

asked_periods as (

    select
        cohort_definition_id,
        max(coalesce(end_period_number, first_period_number + 1)) as end_period_number
    from cohort_spans_listed
    group by cohort_definition_id

),

{# In the period of the entry a member is there by itself. #}
cohort_periods_numbered as (

    select
        members.cohort_definition_id,
        members.customer_id,
        members.cohort_start_date,
        coalesce(members.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(cast(members.is_b2b as {{ dbt.type_string() }}), 'unknown') as is_b2b,
        members.whole_periods_count,
        periods.period_number - members.entry_period_number as period_number,
        periods.is_active or periods.period_number = members.entry_period_number as is_active,
        greatest(coalesce(periods.previous_active_number - members.entry_period_number, -1), -1)
            as previous_period_number,
        greatest(coalesce(periods.last_active_number - members.entry_period_number, 0), 0) as last_period_number,
        periods.amount
    from cohort_members_found as members
    inner join asked_periods
        on members.cohort_definition_id = asked_periods.cohort_definition_id
    inner join cohort_periods_found as periods
        on
            members.cohort_definition_id = periods.cohort_definition_id
            and members.customer_id = periods.customer_id
            and members.counted_from_at = periods.counted_from_at
            and members.entry_period_number <= periods.period_number
            and members.entry_period_number + asked_periods.end_period_number > periods.period_number

)

select * from cohort_periods_numbered
