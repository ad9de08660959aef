{# A table that outlives a build: of each entity it keeps what was worked out until the entity hears something else.

   `meta` names the key of an entity, the model that tells what each entity has heard, as `heard_hash`, the model with
   those that are worked out in this build, and the landed table in which it is recorded what the kept rows rest on. The
   rows of those who are worked out, heard something else or are gone are replaced; all in one transaction, so whatever
   kills the build, rows and record agree. Without the table, or with `--full-refresh`, the record is emptied before it
   is asked who is to be worked out (`forget_lost_rows`): everybody is. A table of other columns than the model's goes
   when everybody is worked out, as other models ask for; else nobody's rows are touched. #}
{% materialization kept, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set kept = config.get('meta') -%}
    {%- set key = kept.key | join(', ') -%}
    {%- set heard = ref(kept.heard) -%}
    {%- set worked_out = ref(kept.worked_out) -%}
    {%- set recorded = source('landing', kept.recorded) -%}

    {{ run_hooks(pre_hooks) }}

    {% if existing_relation is not none and (
        should_full_refresh() or not existing_relation.is_table or has_other_columns(existing_relation, kept, sql)
    ) %}
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
        ) or exists (
            select 1
            from {{ worked_out }} as worked_out
            where {{ same_entity(kept.key, 'worked_out', 'kept_rows') }}
        );
        insert into {{ target_relation }} by name
        select * from ({{ sql }}) as rows_worked_out;
        delete from {{ recorded }} as recorded
        where not exists (
            select 1
            from {{ heard }} as heard
            where {{ same_entity(kept.key, 'heard', 'recorded') }} and heard.heard_hash = recorded.heard_hash
        ) or exists (
            select 1
            from {{ worked_out }} as worked_out
            where {{ same_entity(kept.key, 'worked_out', 'recorded') }}
        );
        insert into {{ recorded }} by name
        select {{ key }}, heard_hash from {{ worked_out }}
    {%- endcall %}

    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro has_other_columns(relation, kept, sql) -%}
    {%- set columns = run_query('describe ' ~ sql) -%}
    {%- set kept_columns = run_query('describe ' ~ relation) -%}
    {%- set is_other = (columns.columns['column_name'].values(), columns.columns['column_type'].values())
        != (kept_columns.columns['column_name'].values(), kept_columns.columns['column_type'].values()) -%}
    {%- if is_other -%}
        {%- set unchanged = run_query(
            'select 1 from ' ~ ref(kept.heard) ~ ' as heard where not exists (select 1 from ' ~ ref(kept.worked_out)
            ~ ' as worked_out where ' ~ same_entity(kept.key, 'heard', 'worked_out') ~ ') limit 1'
        ) -%}
        {%- if unchanged.rows | length > 0 -%}
            {{ exceptions.raise_compiler_error(relation ~ ' was made with other columns: run dbt once with --full-refresh') }}
        {%- endif -%}
    {%- endif -%}
    {{ return(is_other) }}
{%- endmacro %}


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
