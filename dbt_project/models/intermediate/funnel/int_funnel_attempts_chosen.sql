-- The attempts that count: of each life its first start; or its best, which came furthest, of those the one that got
-- there first, of those the shortest; or every one, where an attempt begins with the first start after the end of the
-- one before. An exclusion that concerns the entity voids all its attempts.
-- One row per life number and start number.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_attempts_ended as (

    select * from {{ ref('int_funnel_attempts_ended') }}

),

funnel_lives_numbered as (

    select * from {{ ref('int_funnel_lives_numbered') }}

),

attempts as (

    select
        ended.*,
        walks.attempts_kept
    from funnel_attempts_ended as ended
    inner join funnel_walks_compiled as walks
        on ended.walk_number = walks.walk_number and walks.step_number = 1

),

excluded_entities as (

    select distinct
        ended.walk_number,
        lives.entity_id
    from funnel_attempts_ended as ended
    inner join funnel_lives_numbered as lives
        on ended.life_number = lives.life_number
    where ended.is_entity_excluded

),

attempts_ranked as (

    select
        ended.life_number,
        ended.start_number,
        row_number() over (
            partition by ended.life_number
            order by
                case when ended.is_excluded then 1 else 0 end asc,
                ended.steps_reached_count desc,
                ended.last_number asc,
                ended.start_number desc
        ) as merit_rank
    from attempts as ended
    where ended.attempts_kept = 'best'

),

{# Most lives have one start; only those with more are folded. #}
starts_counted as (

    select
        life_number,
        min(start_number) as start_number,
        count(*) as starts_count
    from attempts
    where attempts_kept = 'every'
    group by life_number

),

starts_folded as (

    select
        attempts.life_number,
        {{ successive_starts(
            'attempts.started_at', 'attempts.start_number', 'attempts.ended_at', 'attempts.end_number'
        ) }} as start_numbers
    from attempts
    inner join starts_counted
        on attempts.life_number = starts_counted.life_number
    where starts_counted.starts_count > 1
    group by attempts.life_number

),

starts_kept as (

    select
        life_number,
        start_number
    from attempts
    where attempts_kept = 'first'
    union all
    select
        life_number,
        start_number
    from attempts_ranked
    where merit_rank = 1
    union all
    select
        life_number,
        start_number
    from starts_counted
    where starts_count = 1
    union all
    select
        life_number,
        {{ unfold('start_numbers') }}
    from starts_folded

),

funnel_attempts_chosen as (

    select
        attempts.life_number,
        attempts.walk_number,
        attempts.start_number,
        row_number() over (
            partition by attempts.walk_number, lives.entity_id
            order by attempts.started_at, attempts.life_number, attempts.start_number
        ) as attempt_number,
        attempts.last_number,
        attempts.steps_reached_count,
        attempts.status,
        attempts.lost_event_id,
        attempts.is_excluded or excluded_entities.entity_id is not null as is_excluded,
        attempts.started_at,
        attempts.ended_at
    from attempts
    inner join starts_kept
        on attempts.life_number = starts_kept.life_number and attempts.start_number = starts_kept.start_number
    inner join funnel_lives_numbered as lives
        on attempts.life_number = lives.life_number
    left join excluded_entities
        on attempts.walk_number = excluded_entities.walk_number and lives.entity_id = excluded_entities.entity_id

)

select * from funnel_attempts_chosen
