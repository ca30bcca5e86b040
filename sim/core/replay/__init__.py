"""A recorded kernel, row by row."""
