-- All that a life rests on, as one number: the events of its entity, the rules and stages of its lifecycle, the models.
-- While it is the same, the moves are the same, too. A life is an entity in one lifecycle: a customer hears every event
-- of its own; a deal, ticket, contract, partner or member of staff those about itself.
-- One row per lifecycle id and entity id.
with

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_hearings_compiled as (

    select * from {{ ref('int_stage_hearings_compiled') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

reactivation_limits as (

    select *
    from {{ ref('thresholds') }}
    where threshold_id = 'reactivation_campaign_days'

),

build_requests as (

    select models_version from {{ source('landing', 'build_requests') }}

),

entities_heard as (

    select * from {{ ref('int_entities_heard') }}

),

{# What all lifecycles share is added to each. #}
dictionary_rows_hashed as (

    {% for relation in ['lifecycles', 'lifecycle_stages', 'stage_rules_compiled', 'stage_hearings_compiled'] %}
        select
            lifecycle_id,
            {{ row_hash(relation) }} as row_hash
        from {{ relation }}
        union all
    {% endfor %}
    {% for relation in ['event_types', 'reactivation_limits', 'build_requests'] %}
        select
            lifecycles.lifecycle_id,
            {{ row_hash(relation) }}
        from lifecycles
        cross join {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

dictionary_hashed as (

    select
        lifecycle_id,
        sum(row_hash) as dictionary_hash
    from dictionary_rows_hashed
    group by lifecycle_id

),

stage_lives_heard as (

    select
        lifecycles.lifecycle_id,
        lifecycles.entity_type,
        entities_heard.entity_id,
        entities_heard.customer_id,
        cast(entities_heard.events_hash + dictionary_hashed.dictionary_hash as decimal(38, 0)) as heard_hash
    from lifecycles
    inner join dictionary_hashed
        on lifecycles.lifecycle_id = dictionary_hashed.lifecycle_id
    inner join entities_heard
        on lifecycles.entity_type = entities_heard.entity_type

)

select * from stage_lives_heard
