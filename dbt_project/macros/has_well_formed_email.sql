{# Whether a text looks like an e-mail address, judged where it is raw, so that the address stays there: one @ with
   something before it, a domain with a dot and at least two characters behind the last one, at most 254 characters
   (RFC 5321), no blank and no comma, semicolon or angle bracket, no dot at either end, before the @, after it or after
   another dot. False for an empty text. #}
{% macro has_well_formed_email(column) -%}
    {%- set address = 'trim(' ~ column ~ ')' -%}
    coalesce(
        length({{ address }}) - length(replace({{ address }}, '@', '')) = 1
        and length({{ address }}) <= 254
        and {{ address }} like '_%@_%.__%'
        {%- for wrong in ['% %', '%,%', '%;%', '%<%', '%>%', '%..%', '%.@%', '%@.%', '.%', '%.', '%._'] %}
        and {{ address }} not like '{{ wrong }}'
        {%- endfor %},
        false
    )
{%- endmacro %}
