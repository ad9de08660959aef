-- Whose stage at a month's end is known to be another than the one first published, or none, or was not known then.
-- Only entities with a move that was published late or is there no more are compared; the others cannot have changed.
-- One row per lifecycle id, entity id and month.
with

month_publications_found as (

    select * from {{ ref('int_month_publications_found') }}

),

stage_moves_versioned as (

    select * from {{ ref('int_stage_moves_versioned') }}

),

entities_touched as (

    select distinct
        moves.lifecycle_id,
        moves.entity_id
    from stage_moves_versioned as moves
    left join month_publications_found as months
        on cast({{ dbt.date_trunc('month', 'moves.occurred_at') }} as date) = months.month_start_date
    where
        not moves.is_present
        or coalesce(moves.recorded_number > months.publication_number, false)
        or (moves.recorded_number is null and months.publication_number is not null)

),

moves_by_month as (

    select
        moves.lifecycle_id,
        moves.entity_id,
        moves.to_stage,
        moves.move_number,
        moves.occurred_at,
        moves.is_present,
        coalesce(moves.recorded_number <= months.publication_number, false)
        and coalesce(moves.withdrawn_number > months.publication_number, true) as was_published,
        months.month_start_date,
        months.ended_at,
        months.published_known_at
    from entities_touched
    inner join stage_moves_versioned as moves
        on
            entities_touched.lifecycle_id = moves.lifecycle_id
            and entities_touched.entity_id = moves.entity_id
    inner join month_publications_found as months
        on moves.occurred_at < months.ended_at
    where months.publication_number is not null

),

moves_ranked as (

    select
        *,
        row_number() over (
            partition by lifecycle_id, entity_id, month_start_date, is_present
            order by occurred_at desc, move_number desc
        ) as present_rank,
        row_number() over (
            partition by lifecycle_id, entity_id, month_start_date, was_published
            order by occurred_at desc, move_number desc
        ) as published_rank
    from moves_by_month

),

stages_compared as (

    select
        lifecycle_id,
        entity_id,
        month_start_date,
        ended_at,
        published_known_at,
        max(case when was_published and published_rank = 1 then to_stage end) as published_stage,
        max(case when is_present and present_rank = 1 then to_stage end) as present_stage
    from moves_ranked
    group by lifecycle_id, entity_id, month_start_date, ended_at, published_known_at

),

entity_stages_restated as (

    select *
    from stages_compared
    where published_stage is distinct from present_stage

)

select * from entity_stages_restated
