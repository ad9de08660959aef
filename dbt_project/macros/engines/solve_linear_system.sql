{# The x of A x = b as an array, over rows that hold one equation each: its line of A as an array, and its b.
   Gauss-Jordan, a fold over the unknowns: each is kept in its own equation and taken out of all others. Equations are
   not exchanged, so A must have a dominant diagonal, as I - dP has where d < 1. #}
{% macro solve_linear_system(coefficients, constant, order_by) -%}
    {{ adapter.dispatch('solve_linear_system')(coefficients, constant, order_by) }}
{%- endmacro %}

{% macro duckdb__solve_linear_system(coefficients, constant, order_by) -%}
    list_transform(
        list_reduce(
            list_transform(range(1, count(*) + 1), unknown -> [[cast(unknown as double)]]),
            (lines, step) -> list_transform(lines, (line, place) -> case
                when place = step[1][1]
                    then list_transform(line, item -> item / line[place])
                else list_transform(line, (item, item_place) -> item - (
                    line[cast(step[1][1] as bigint)]
                    * lines[cast(step[1][1] as bigint)][item_place]
                    / lines[cast(step[1][1] as bigint)][cast(step[1][1] as bigint)]
                ))
            end),
            list(list_append({{ coefficients }}, {{ constant }}) order by {{ order_by }})
        ),
        line -> line[-1]
    )
{%- endmacro %}

{% macro spark__solve_linear_system(coefficients, constant, order_by) -%}
    aggregate(
        sequence(1, cast(count(*) as int)),
        transform(
            array_sort(collect_list(
                struct({{ order_by }} as place, concat({{ coefficients }}, array({{ constant }})) as line)
            )),
            element -> element.line
        ),
        (lines, unknown) -> transform(lines, (line, index) -> case
            when index = unknown - 1
                then transform(line, item -> item / element_at(line, unknown))
            else zip_with(line, element_at(lines, unknown), (item, own) -> item - (
                element_at(line, unknown) * own / element_at(element_at(lines, unknown), unknown)
            ))
        end),
        lines -> transform(lines, line -> element_at(line, -1))
    )
{%- endmacro %}
