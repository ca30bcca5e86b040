"""One module a family of URLs."""
