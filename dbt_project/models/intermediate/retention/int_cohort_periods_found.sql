-- The periods in which a customer came back, often enough for the definition, or purchased, counted from the entry into
-- one cohort, or into the first one where calendar periods make the numbers of all cohorts run alike; and the period of
-- each entry. Each tells in which period before it the customer came back last, and which was the last of all.
-- One row per cohort definition id, customer id, instant counted from and period number.
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

counts_begun as (

    select distinct
        cohort_definition_id,
        customer_id,
        counted_from_at
    from cohort_members_found

),

returns_numbered as (

    select
        begun.cohort_definition_id,
        begun.customer_id,
        begun.counted_from_at,
        definitions.minimum_events_count,
        {{ whole_periods(
            'definitions.alignment', 'definitions.period_unit', 'begun.counted_from_at', 'returns.returned_at'
        ) }} as period_number,
        returns.returns_count,
        returns.amount
    from counts_begun as begun
    inner join cohort_definitions as definitions
        on begun.cohort_definition_id = definitions.cohort_definition_id
    inner join cohort_returns_summed as returns
        on
            begun.cohort_definition_id = returns.cohort_definition_id
            and begun.customer_id = returns.customer_id
            and begun.counted_from_at <= returns.returned_at
    union all
    select
        cohort_definition_id,
        customer_id,
        counted_from_at,
        null,
        entry_period_number,
        0,
        0
    from cohort_members_found

),

periods_summed as (

    select
        cohort_definition_id,
        customer_id,
        counted_from_at,
        period_number,
        coalesce(sum(returns_count) >= max(minimum_events_count), false) as is_active,
        cast(sum(amount) as decimal(18, 4)) as amount
    from returns_numbered
    group by cohort_definition_id, customer_id, counted_from_at, period_number

),

cohort_periods_found as (

    select
        *,
        max(case when is_active then period_number end) over (
            partition by cohort_definition_id, customer_id, counted_from_at
            order by period_number
            rows between unbounded preceding and 1 preceding
        ) as previous_active_number,
        max(case when is_active then period_number end) over (
            partition by cohort_definition_id, customer_id, counted_from_at
        ) as last_active_number
    from periods_summed

)

select * from cohort_periods_found
