"""The configuration: typed models, from which its schema and reference are generated."""
