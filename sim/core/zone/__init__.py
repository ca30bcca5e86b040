"""A zone: its free lists, per-CPU lists, counters and watermarks."""
