{# A rate lies between 0 and 1, and within its interval where it has one. #}
{% test rate_within_limits(model, rate, lower=none, upper=none) %}
select {{ rate }}
from {{ model }}
where
    not {{ rate }} between 0 and 1
    {%- if lower %}
    or not {{ rate }} between {{ lower }} and {{ upper }}
    or {{ lower }} < 0
    or {{ upper }} > 1
    or ({{ rate }} is null) != ({{ lower }} is null)
    or ({{ rate }} is null) != ({{ upper }} is null)
    {%- endif %}
{% endtest %}
