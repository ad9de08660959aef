{# 1 for the version of a record that holds: the last changed at the source, else the last loaded. #}
{% macro version_rank(key, updated_at=none) -%}
    row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {% if updated_at -%} {{ read_timestamp(updated_at) }} desc nulls last, {%- endif %}
            _loaded_at desc, _source_row desc
    )
{%- endmacro %}
