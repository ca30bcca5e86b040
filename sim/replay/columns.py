"""Columns of the rows of a trace, after the kind (`sim/core/state/consts.py` says what a, b, c, d are)."""

PAGE, ORDER, MT, A, B, C, D, PID, CPU = range(1, 10)
