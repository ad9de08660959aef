{# Personal values leave raw only as hashes of their normalised form: enough to join, not to read. #}
{% macro hash_email(column) -%}
    {{ sha256("nullif(lower(trim(" ~ column ~ ")), '')") }}
{%- endmacro %}

{# Digits only; the last eleven, so that +86 138-0000-1234 and 13800001234 are one number. #}
{% macro hash_phone(column) -%}
    {{ sha256("nullif(right(" ~ digits_of(column) ~ ", 11), '')") }}
{%- endmacro %}
