"""From the published list to the campaign tool: draws the arms of a wave, writes its audience, asks what if.

Knows no Dagster and no dbt.
"""
