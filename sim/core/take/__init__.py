"""How a block is taken: off the lists of a zone, and out of tag storage."""
