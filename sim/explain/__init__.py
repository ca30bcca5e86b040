"""Why a request got what it got: one op run again on a second machine whose core writes down its decisions.

`machine` runs it and needs the core; `steps` is what comes out and needs nothing.
"""
