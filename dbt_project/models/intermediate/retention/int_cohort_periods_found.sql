-- The periods since its entry in which a member of a cohort came back, often enough for the definition, or purchased;
-- in period 0, that of the entry, it is there by itself.
-- One row per cohort definition id, customer id, first day of the cohort and period number.
with

cohort_definitions as (

    select * from {{ ref('cohort_definitions') }}

),

cohort_members_found as (

    select * from {{ ref('int_cohort_members_found') }}

),

cohort_returns_summed as (

    select * from {{ ref('int_cohort_returns_summed') }}

),

member_returns as (

    select
        members.cohort_definition_id,
        members.customer_id,
        members.cohort_start_date,
        definitions.minimum_events_count,
        {{ whole_periods(
            'definitions.alignment', 'definitions.period_unit', 'members.followed_from_at', 'returns.returned_at'
        ) }} as period_number,
        returns.returns_count,
        returns.amount
    from cohort_members_found as members
    inner join cohort_definitions as definitions
        on members.cohort_definition_id = definitions.cohort_definition_id
    inner join cohort_returns_summed as returns
        on
            members.cohort_definition_id = returns.cohort_definition_id
            and members.customer_id = returns.customer_id
            and members.followed_from_at <= returns.returned_at
    union all
    select
        cohort_definition_id,
        customer_id,
        cohort_start_date,
        0,
        0,
        0,
        0
    from cohort_members_found

),

cohort_periods_found as (

    select
        cohort_definition_id,
        customer_id,
        cohort_start_date,
        period_number,
        period_number = 0 or sum(returns_count) >= max(minimum_events_count) as is_active,
        cast(sum(amount) as decimal(18, 4)) as amount
    from member_returns
    group by cohort_definition_id, customer_id, cohort_start_date, period_number

)

select * from cohort_periods_found
