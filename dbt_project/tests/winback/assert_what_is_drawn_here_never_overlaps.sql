{{ config(meta={"dagster": {"ref": {"name": "int_experiments_planned"}}}) }}
-- Nobody is drawn here into a wave while another wave drawn here watches him. Told by the customers as they were
-- drawn: records that are joined later may bring two waves together, and what sources state may overlap; both say
-- so.
with

drawn as (

    select
        recorded.customer_id,
        recorded.experiment_id,
        recorded.assigned_at,
        {{ dbt.dateadd('day', 'planned.horizon_days', 'recorded.assigned_at') }} as horizon_ends_at
    from {{ source('landing', 'recorded_assignments') }} as recorded
    inner join {{ ref('int_experiments_planned') }} as planned
        on recorded.experiment_id = planned.experiment_id

)

select
    earlier.customer_id,
    earlier.experiment_id as earlier_experiment_id,
    later.experiment_id as later_experiment_id
from drawn as earlier
inner join drawn as later
    on earlier.customer_id = later.customer_id
where
    earlier.experiment_id != later.experiment_id
    and earlier.assigned_at <= later.assigned_at
    and earlier.horizon_ends_at > later.assigned_at
