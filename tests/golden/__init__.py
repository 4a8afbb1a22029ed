"""Every number of a small run that holds on any machine, held against the tables that are committed beside it."""
