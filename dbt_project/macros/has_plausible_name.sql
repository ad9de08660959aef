{# Whether a text may be a name, judged where it is raw: at least two characters, no @, no digit unless it is a firm's, and
   none of the words that stand for no name. False for an empty text. #}
{% macro has_plausible_name(column, of_firm=false) -%}
    coalesce(
        length(trim({{ column }})) >= 2
        and {{ column }} not like '%@%'
        {%- if not of_firm %}
        and {{ digits_of(column) }} = ''
        {%- endif %}
        and lower(trim({{ column }})) not in (
            'anonymous', 'customer', 'guest', 'n/a', 'name', 'none', 'null', 'test', 'tester', 'unknown',
            '匿名', '未知', '测试'
        ),
        false
    )
{%- endmacro %}
