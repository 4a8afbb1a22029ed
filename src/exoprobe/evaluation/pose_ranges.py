"""The paper's ranges of |yaw| (Table 1)."""

EDGES = (0, 15, 30, 45)  # degrees
