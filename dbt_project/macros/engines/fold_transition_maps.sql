{# The stages an entity passes when its transition maps act one after the other, from outside (0) on: an array.
   A map is a whole function from stage to stage in one integer, four bits a stage; the result's
   n-th element is the stage before the n-th map acts. #}
{% macro fold_transition_maps(map, order_by) -%}
    {{ adapter.dispatch('fold_transition_maps')(map, order_by) }}
{%- endmacro %}

{% macro duckdb__fold_transition_maps(map, order_by) -%}
    list_reduce(
        list([{{ map }}] order by {{ order_by }}),
        (path, step) -> list_append(path, (step[1] >> (4 * path[-1])) & 15),
        [cast(0 as bigint)]
    )
{%- endmacro %}

{% macro spark__fold_transition_maps(map, order_by) -%}
    aggregate(
        array_sort(collect_list(struct({{ order_by }} as step_order, {{ map }} as step_map))),
        array(cast(0 as bigint)),
        (path, step) -> concat(path, array(shiftright(step.step_map, cast(4 * element_at(path, -1) as int)) & 15))
    )
{%- endmacro %}
