"""The page of an audit: one HTML file of tables and figures that needs no network."""
