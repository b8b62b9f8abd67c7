"""The command line: the only place that knows all three services."""
