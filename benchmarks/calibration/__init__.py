"""How often an audit is right: made-up datasets, their audits in one process, and rates with intervals."""
