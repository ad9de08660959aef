"""The business dictionary: its tables, what must hold of them, how a lifecycle is shown."""
