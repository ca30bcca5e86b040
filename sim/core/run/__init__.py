"""Boot, the seeded workload, and the program of a scenario: the loop."""
