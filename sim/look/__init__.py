"""What a run looks like: every view of a machine that leaves `sim/`, one file a kind."""
