{# A rule's place among the rules that become true at one instant, as a number: the rank of its priority (from 1),
   the number of the source's statement (0 for none), its own number by rule id. Expects `rules` and `candidates`. #}
{% macro action_code() -%}
    cast(rules.priority_rank as bigint) * 1000000000 + candidates.statement_number * 1000 + rules.rule_number
{%- endmacro %}
