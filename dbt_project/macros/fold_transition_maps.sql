{# The stages an entity passes when its transition maps act one after the other, from outside (0) on.
   A map is a whole function from stage to stage in one integer, four bits a stage; the result's
   n-th element is the stage before the n-th map acts. #}
{% macro fold_transition_maps(map, order_by) -%}
    list_reduce(
        list([{{ map }}] order by {{ order_by }}),
        (path, step) -> list_append(path, (step[1] >> (4 * path[-1])) & 15),
        [cast(0 as bigint)]
    )
{%- endmacro %}
