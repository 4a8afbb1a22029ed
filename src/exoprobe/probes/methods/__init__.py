"""The registered probes, a module each: its name is the probe's name, its ``PROBE`` the probe."""
