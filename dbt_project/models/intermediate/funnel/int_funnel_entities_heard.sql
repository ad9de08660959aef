-- All that the attempts of an entity rest on, as one number: its events, its moves from stage to stage, the funnels of
-- its kind, the models. While it is the same, the attempts are the same, too.
-- One row per entity type and entity id.
with

entities_heard as (

    select * from {{ ref('int_entities_heard') }}

),

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_triggers_compiled as (

    select * from {{ ref('int_funnel_triggers_compiled') }}

),

funnel_exclusions as (

    select * from {{ ref('funnel_exclusions') }}

),

funnel_breakdowns as (

    select * from {{ ref('funnel_breakdowns') }}

),

build_requests as (

    select models_version from {{ source('landing', 'build_requests') }}

),

{# Funnels of visitors hear customers, too, under the customer's id. #}
entities as (

    select
        entity_type,
        entity_id,
        events_hash
    from entities_heard
    union all
    select
        'visitor',
        entity_id,
        events_hash
    from entities_heard
    where entity_type = 'customer'

),

moves_hashed as (

    select
        entity_type,
        entity_id,
        {{ row_hash('stage_transitions') }} as move_hash
    from stage_transitions

),

entities_moved as (

    select
        entity_type,
        entity_id,
        sum(move_hash) as moves_hash
    from moves_hashed
    group by entity_type, entity_id

),

walks as (

    select distinct
        walk_number,
        funnel_id,
        entity_type
    from funnel_walks_compiled

),

dictionary_rows_hashed as (

    {% for relation, key in {
        'funnel_walks_compiled': 'walk_number',
        'funnel_triggers_compiled': 'walk_number',
        'funnel_exclusions': 'funnel_id',
        'funnel_breakdowns': 'funnel_id',
    }.items() %}
        select
            walks.entity_type,
            {{ row_hash(relation) }} as row_hash
        from walks
        inner join {{ relation }}
            on walks.{{ key }} = {{ relation }}.{{ key }}
        union all
    {% endfor %}
    select
        walks.entity_type,
        {{ row_hash('build_requests') }}
    from walks
    cross join build_requests

),

dictionary_hashed as (

    select
        entity_type,
        sum(row_hash) as dictionary_hash
    from dictionary_rows_hashed
    group by entity_type

),

funnel_entities_heard as (

    select
        entities.entity_type,
        entities.entity_id,
        cast(
            entities.events_hash + coalesce(entities_moved.moves_hash, 0) + dictionary_hashed.dictionary_hash
            as decimal(38, 0)
        ) as heard_hash
    from entities
    inner join dictionary_hashed
        on entities.entity_type = dictionary_hashed.entity_type
    left join entities_moved
        on entities.entity_type = entities_moved.entity_type and entities.entity_id = entities_moved.entity_id

)

select * from funnel_entities_heard
