{# The sum of the products of two values' deviations from their means, from the exact sum of the products, the two exact
   sums and the count; of a value with itself the sum of squared deviations. What rounding leaves of nothing, less than
   1e-12 of the sum of products, is nothing: values that are all alike do not vary. NULL of nothing. #}
{% macro centred_sum(products, x_sum, y_sum, n) -%}
    {%- set products = 'cast(' ~ products ~ ' as double)' -%}
    {%- set centred -%}
        {{ products }} - cast({{ x_sum }} as double) * cast({{ y_sum }} as double) / nullif({{ n }}, 0)
    {%- endset -%}
    case when abs({{ centred }}) <= 1e-12 * abs({{ products }}) then 0e0 else {{ centred }} end
{%- endmacro %}
