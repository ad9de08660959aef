{{ config(meta={"dagster": {"ref": {"name": "rpt_state_value"}}}) }}
-- A state is worth its own month and, a month later, what the states are worth in which such months end; and the months
-- are those of the migration matrix.
with

state_value as (

    select * from {{ ref('rpt_state_value') }}

),

moves as (

    select
        migration.from_stage,
        migration.to_stage,
        sum(migration.entities_count) as entities_count
    from {{ ref('rpt_stage_migration') }} as migration
    inner join state_value
        on
            migration.lifecycle_id = state_value.lifecycle_id
            and migration.from_stage = state_value.stage
            and migration.month_start_date >= state_value.first_month_start_date
            and migration.month_start_date <= state_value.last_month_start_date
    group by migration.from_stage, migration.to_stage

),

continuations as (

    select
        moves.from_stage,
        sum(moves.entities_count) as customer_months_count,
        sum(moves.entities_count * coalesce(state_value.state_value, 0)) as continued_amount
    from moves
    inner join state_value
        on moves.to_stage = state_value.stage
    group by moves.from_stage

)

select
    state_value.*,
    continuations.customer_months_count as moved_count,
    continuations.continued_amount
from state_value
left join continuations
    on state_value.stage = continuations.from_stage
where
    state_value.customer_months_count != coalesce(continuations.customer_months_count, 0)
    or abs(
        state_value.state_value
        - state_value.mean_contribution
        - continuations.continued_amount
        / (state_value.customer_months_count * (1 + state_value.monthly_discount_rate))
    ) > 0.001
