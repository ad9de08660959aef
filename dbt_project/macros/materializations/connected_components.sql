{# Builds a table (node, component) from a model's edges (left_node, right_node): the component is the
   smallest node that can be reached. Each round takes the smallest label among the neighbours and then
   the label of that label, so a chain of n nodes needs about log n rounds; it ends when nothing changes. #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set edges = this.identifier ~ '__edges' -%}
    {%- set labels = this.identifier ~ '__labels' -%}
    {%- set state = namespace(changed=1, round=0) -%}
    {%- set schema = this.schema -%}

    {{ run_hooks(pre_hooks) }}

    {% do run_query('drop table if exists ' ~ schema ~ '.' ~ edges) %}
    {% do run_query('create table ' ~ schema ~ '.' ~ edges ~ ' as with pairs as (' ~ sql ~ ')
        select left_node, right_node from pairs
        union select right_node, left_node from pairs') %}
    {% do run_query('drop table if exists ' ~ schema ~ '.' ~ labels) %}
    {% do run_query('create table ' ~ schema ~ '.' ~ labels ~ ' as
        select left_node as node, min(least(left_node, right_node)) as component
        from ' ~ schema ~ '.' ~ edges ~ ' group by left_node') %}

    {% for attempt in range(100) %}
        {% if state.changed > 0 %}
            {% do run_query('drop table if exists ' ~ schema ~ '.' ~ labels ~ '_next') %}
            {% do run_query('create table ' ~ schema ~ '.' ~ labels ~ '_next as
                with spread as (
                    select edges.left_node as node, min(near.component) as component
                    from ' ~ schema ~ '.' ~ edges ~ ' as edges
                    inner join ' ~ schema ~ '.' ~ labels ~ ' as near on edges.right_node = near.node
                    group by edges.left_node
                )
                select spread.node,
                    least(old.component, spread.component, coalesce(far.component, spread.component)) as component,
                    old.component as old_component
                from spread
                inner join ' ~ schema ~ '.' ~ labels ~ ' as old on spread.node = old.node
                left join spread as far on spread.component = far.node') %}
            {% set changes = run_query('select count(*) as n from ' ~ schema ~ '.' ~ labels ~ '_next
                where component <> old_component') %}
            {% set state.changed = changes.columns[0].values()[0] %}
            {% do run_query('drop table ' ~ schema ~ '.' ~ labels) %}
            {% do run_query('create table ' ~ schema ~ '.' ~ labels ~ ' as
                select node, component from ' ~ schema ~ '.' ~ labels ~ '_next') %}
        {% endif %}
    {% endfor %}
    {% if state.changed > 0 %}
        {{ exceptions.raise_compiler_error('connected_components: ' ~ this ~ ' did not settle in 100 rounds') }}
    {% endif %}

    {% do run_query('drop table if exists ' ~ target_relation) %}
    {% call statement('main') -%}
        create table {{ target_relation }} as
        select node, component from {{ schema }}.{{ labels }}
    {%- endcall %}
    {% for scratch in [edges, labels, labels ~ '_next'] %}
        {% do run_query('drop table if exists ' ~ schema ~ '.' ~ scratch) %}
    {% endfor %}

    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
