{# Builds a table (node, component) from a model's edges (left_node, right_node), which it asks for twice: the component
   is the smallest node that can be reached. Each round, a node's label is the smallest number among its own and its
   neighbours', and the labels are the nodes of the next round; a component that has become one node has no edges any
   more. So edges are halved or nearly, and a chain of n nodes needs about log n rounds. Numbers are dealt by hash: of a
   chain that is numbered from end to end, a round would take off one node only. #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set scratch = this.schema ~ '.' ~ this.identifier ~ '__' -%}
    {%- set nodes, moves = scratch ~ 'nodes', scratch ~ 'moves' -%}
    {%- set edges = [scratch ~ 'edges', scratch ~ 'edges_left'] -%}
    {%- set labels = [scratch ~ 'labels', scratch ~ 'labels_moved'] -%}
    {%- set state = namespace(is_settled=false) -%}

    {{ run_hooks(pre_hooks) }}

    {% call write_scratch(nodes) %}
        with pairs as ({{ sql }}),

        ends as (
            select left_node as node from pairs
            union
            select right_node from pairs
        )

        select node, row_number() over (order by md5(node)) as number from ends
    {% endcall %}
    {% call write_scratch(edges[0]) %}
        with pairs as ({{ sql }})

        select distinct least(lefts.number, rights.number) as low, greatest(lefts.number, rights.number) as high
        from pairs
        inner join {{ nodes }} as lefts on pairs.left_node = lefts.node
        inner join {{ nodes }} as rights on pairs.right_node = rights.node
        where pairs.left_node <> pairs.right_node
    {% endcall %}
    {% call write_scratch(labels[0]) %}
        select number, number as label from {{ nodes }}
    {% endcall %}

    {% for attempt in range(100) %}
        {% if not state.is_settled %}
            {% call write_scratch(moves) %}
                with near as (
                    select high as number, low as label from {{ edges[0] }}
                    union all
                    select low, low from {{ edges[0] }}
                )

                select number, min(label) as label from near group by number
            {% endcall %}
            {% call write_scratch(labels[1]) %}
                select old.number, coalesce(moves.label, old.label) as label
                from {{ labels[0] }} as old
                left join {{ moves }} as moves on old.label = moves.number
            {% endcall %}
            {% call write_scratch(edges[1]) %}
                select distinct least(lows.label, highs.label) as low, greatest(lows.label, highs.label) as high
                from {{ edges[0] }} as edges
                inner join {{ moves }} as lows on edges.low = lows.number
                inner join {{ moves }} as highs on edges.high = highs.number
                where lows.label <> highs.label
            {% endcall %}
            {% do edges.reverse() %}
            {% do labels.reverse() %}
            {% set state.is_settled = run_query('select low from ' ~ edges[0] ~ ' limit 1').rows | length == 0 %}
        {% endif %}
    {% endfor %}
    {% if not state.is_settled %}
        {{ exceptions.raise_compiler_error('connected_components: ' ~ this ~ ' did not settle in 100 rounds') }}
    {% endif %}

    {% do run_query('drop table if exists ' ~ target_relation) %}
    {% call statement('main') -%}
        create table {{ target_relation }} as
        select nodes.node, min(nodes.node) over (partition by labels.label) as component
        from {{ nodes }} as nodes
        inner join {{ labels[0] }} as labels on nodes.number = labels.number
    {%- endcall %}
    {% for table in [nodes, moves] + edges + labels %}
        {% do run_query('drop table if exists ' ~ table) %}
    {% endfor %}

    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro write_scratch(table) %}
    {% do run_query('drop table if exists ' ~ table) %}
    {% do run_query('create table ' ~ table ~ ' as ' ~ caller()) %}
{% endmacro %}
