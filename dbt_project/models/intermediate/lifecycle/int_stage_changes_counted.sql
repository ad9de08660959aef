-- What changed on a day in a stage: stock and stagnant stock by stays, entries and exits by moves.
-- An exit is converted where it leads forward to a progress stage, spilled where it leads to a dormant or terminal one,
-- recycled where it leads back or sideways. The pair of stages says so, not the move: a return may be a conversion.
-- One row per lifecycle id, stage and day.
with

stage_stays_dated as (

    select * from {{ ref('int_stage_stays_dated') }}

),

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

stage_pairs_compared as (

    select * from {{ ref('int_stage_pairs_compared') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

moves as (

    select
        stage_transitions.lifecycle_id,
        stage_transitions.from_stage,
        stage_transitions.to_stage,
        cast(stage_transitions.occurred_at as date) as moved_date,
        case
            when stages.stage_kind != 'progress' then 'spilled'
            when stage_pairs_compared.direction = 'forward' then 'converted'
            else 'recycled'
        end as exit_type,
        count(*) as moves_count
    from stage_transitions
    inner join stage_pairs_compared
        on
            stage_transitions.lifecycle_id = stage_pairs_compared.lifecycle_id
            and stage_transitions.from_stage = stage_pairs_compared.from_stage
            and stage_transitions.to_stage = stage_pairs_compared.to_stage
    inner join stages
        on stage_transitions.lifecycle_id = stages.lifecycle_id and stage_transitions.to_stage = stages.stage
    group by 1, 2, 3, 4, 5

),

changes as (

    select
        lifecycle_id,
        stage,
        entered_date as changed_date,
        'stock' as change_type,
        stays_count as change_count
    from stage_stays_dated
    union all
    select
        lifecycle_id,
        stage,
        left_date,
        'stock',
        -stays_count
    from stage_stays_dated
    where left_date is not null
    union all
    select
        lifecycle_id,
        stage,
        stagnant_date,
        'stagnant',
        stays_count
    from stage_stays_dated
    where stagnant_date is not null
    union all
    select
        lifecycle_id,
        stage,
        left_date,
        'stagnant',
        -stays_count
    from stage_stays_dated
    where stagnant_date is not null and left_date is not null
    union all
    select
        lifecycle_id,
        to_stage,
        moved_date,
        'entered',
        moves_count
    from moves
    union all
    select
        lifecycle_id,
        from_stage,
        moved_date,
        exit_type,
        moves_count
    from moves
    where from_stage != 'outside'

),

stage_changes_counted as (

    select
        lifecycle_id,
        stage,
        changed_date,
        {% for change_type in ['stock', 'stagnant', 'entered', 'converted', 'spilled', 'recycled'] -%}
            sum(case when change_type = '{{ change_type }}' then change_count else 0 end) as {{ change_type }}_change
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from changes
    group by 1, 2, 3

)

select * from stage_changes_counted
