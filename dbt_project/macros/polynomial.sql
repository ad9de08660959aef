{# A polynomial of a column after Horner, its coefficients from the constant on, each written as a double (1.5e0). #}
{% macro polynomial(variable, coefficients) -%}
    (
        {%- for coefficient in coefficients[:-1] -%} {{ coefficient }} + {{ variable }} * ( {%- endfor -%}
        {{ coefficients[-1] }} {%- for _ in coefficients -%} ) {%- endfor -%}
{%- endmacro %}
