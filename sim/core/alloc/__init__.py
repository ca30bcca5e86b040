"""A request to the allocator, from gfp flags to a block."""
