{# Made by `lifecycle reference`; do not edit.
   The columns that the contract tags as personal, as texts of SQL, for a history of changes of columns. #}
{% macro personal_fields(table) -%}
    {{ {
        "crm.leads": "'name', 'email', 'phone'",
    }[table] }}
{%- endmacro %}
