"""The edge: requests, limits, errors, files."""
