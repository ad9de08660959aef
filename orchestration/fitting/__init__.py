"""Models that are fitted to the data rather than computed from it; their parameters are tables that the marts read."""
