{# An amount at a currency's rate, to four places. The product has 37 digits, which both engines keep all: of two decimals
   of 18 digits DuckDB gives one of 18, in which 1,684.70 at the rate 1 already overflows. #}
{% macro in_reporting_currency(amount, rate) -%}
    cast(cast({{ amount }} as decimal(19, 4)) * cast({{ rate }} as decimal(18, 9)) as decimal(18, 4))
{%- endmacro %}
