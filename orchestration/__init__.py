"""The Dagster code location and the command line that joins the same jobs."""
