{# Whether a text looks like a phone number, judged where it is raw: 7 to 15 digits (E.164 allows 15) and beside them only
   blanks and + - ( ) . /, not one digit over and over, and no beginning of 123456789012345. False for an empty text. #}
{% macro has_well_formed_phone(column) -%}
    {%- set digits = digits_of(column) -%}
    coalesce(
        length({{ digits }}) between 7 and 15
        and replace(replace(replace(replace(replace(replace(replace(
            {{ column }}, ' ', ''), '+', ''), '-', ''), '(', ''), ')', ''), '.', ''), '/', ''
        ) = {{ digits }}
        and replace({{ digits }}, right({{ digits }}, 1), '') != ''
        and '123456789012345' not like ({{ digits }} || '%'),
        false
    )
{%- endmacro %}
