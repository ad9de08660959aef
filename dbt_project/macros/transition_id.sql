{# The id of a move, of what makes it this one: given the relations of its life and of the move. #}
{% macro transition_id(life, move) -%}
    {{ surrogate_key([
        life ~ '.lifecycle_id',
        life ~ '.entity_id',
        move ~ '.occurred_at',
        move ~ '.rule_id',
        move ~ '.stated_record_id',
    ]) }}
{%- endmacro %}
