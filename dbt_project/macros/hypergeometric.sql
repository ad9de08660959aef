{# A stretch of the series of Gauss's hypergeometric function 2F1(a, b; c; z), summed from its last term to its first
   (Horner): the terms from `first` on, up to `last` without it, each as a factor of the one before; `rest` is the sum of
   what follows, 1 where nothing does. All of it from 0 on is the function, but for the terms left out: they are small
   where a and b are small beside c, or z is not near 1. In stretches, because a hundred nested brackets are too many for
   some who read SQL. #}
{% macro hypergeometric(a, b, c, z, first, last, rest) -%}
    {%- for term in range(first, last) -%}
        (1 + ({{ a }} + {{ term }}) * ({{ b }} + {{ term }}) * {{ z }} / (({{ c }} + {{ term }}) * {{ term + 1 }}) *
    {% endfor -%}
    {{ rest }} {%- for term in range(first, last) -%} ) {%- endfor -%}
{%- endmacro %}
