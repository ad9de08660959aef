{# A table that outlives a build: of each entity it keeps what was worked out until the entity hears something else.

   `meta` names the key of an entity, the model that tells what each entity has heard, as `heard_hash`, the model with
   those that are worked out in this build, and the landed table in which it is recorded what the kept rows rest on. The
   rows of an entity whose hash is no longer the recorded one, or who is gone, are replaced; all in one transaction, so
   whatever kills the build, rows and record agree. Without the table, or with `--full-refresh`, the record is
   emptied before it is asked who is to be worked out (`forget_lost_rows`): everybody is. #}
{% materialization kept, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set kept = config.get('meta') -%}
    {%- set key = kept.key | join(', ') -%}
    {%- set heard = ref(kept.heard) -%}
    {%- set recorded = source('landing', kept.recorded) -%}

    {{ run_hooks(pre_hooks) }}

    {% if existing_relation is not none and (should_full_refresh() or not existing_relation.is_table) %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% call statement('main') -%}
        create table if not exists {{ target_relation }} as (
            select * from ({{ sql }}) as rows_worked_out limit 0
        );
        delete from {{ target_relation }} as kept_rows
        where not exists (
            select 1
            from {{ heard }} as heard
            inner join {{ recorded }} as recorded
                on {{ same_entity(kept.key, 'heard', 'recorded') }} and heard.heard_hash = recorded.heard_hash
            where {{ same_entity(kept.key, 'heard', 'kept_rows') }}
        );
        insert into {{ target_relation }} by name
        select * from ({{ sql }}) as rows_worked_out;
        delete from {{ recorded }} as recorded
        where not exists (
            select 1
            from {{ heard }} as heard
            where {{ same_entity(kept.key, 'heard', 'recorded') }} and heard.heard_hash = recorded.heard_hash
        );
        insert into {{ recorded }} by name
        select {{ key }}, heard_hash from {{ ref(kept.worked_out) }}
    {%- endcall %}

    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro same_entity(key, left, right) -%}
    {% for column in key %}{{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}


{# Before it is asked who is to be worked out: rows that are gone were not, whatever the record says. #}
{% macro forget_lost_rows(kept, recorded) -%}
    {% if execute and target.type == 'duckdb' %}
        {% if flags.FULL_REFRESH or adapter.get_relation(this.database, this.schema, kept) is none %}
            delete from {{ source('landing', recorded) }}
        {% endif %}
    {% endif %}
{%- endmacro %}
