{{ config(meta={"dagster": {"ref": {"name": "rpt_upcoming_transitions"}}}) }}
-- What is to come must go on from the open stay, or a list of who is about to leave names the wrong people.
with

next_moves as (

    select *
    from {{ ref('rpt_upcoming_transitions') }}
    where step_number = 1 and from_stage != 'outside'

)

select next_moves.upcoming_transition_id
from next_moves
left join {{ ref('fct_stage_intervals') }} as stays
    on
        next_moves.lifecycle_id = stays.lifecycle_id
        and next_moves.entity_id = stays.entity_id
        and next_moves.from_stage = stays.stage
        and stays.is_current
where stays.interval_id is null
