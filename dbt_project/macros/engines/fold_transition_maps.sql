{# The stages an entity passes when transition maps act one after the other, from the stage `start` on: an array.
   A map is a whole function from stage to stage in one integer, four bits a stage; the result's n-th element is the
   stage before the n-th map acts, its last one the stage in the end. #}
{% macro fold_transition_maps(map, order_by, start='0') -%}
    {{ adapter.dispatch('fold_transition_maps')(map, order_by, start) }}
{%- endmacro %}

{% macro duckdb__fold_transition_maps(map, order_by, start) -%}
    list_reduce(
        list([{{ map }}] order by {{ order_by }}),
        (path, step) -> list_append(path, (step[1] >> (4 * path[-1])) & 15),
        [cast(min({{ start }}) as bigint)]
    )
{%- endmacro %}

{% macro spark__fold_transition_maps(map, order_by, start) -%}
    aggregate(
        array_sort(collect_list(struct({{ order_by }} as step_order, {{ map }} as step_map))),
        array(cast(min({{ start }}) as bigint)),
        (path, step) -> concat(path, array(shiftright(step.step_map, cast(4 * element_at(path, -1) as int)) & 15))
    )
{%- endmacro %}
