"""Replaying a recorded kernel: its trace, read; its dumps, read; the simulator's own core, driven by both."""
