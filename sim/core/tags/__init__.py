"""Which tag page serves which data page."""
