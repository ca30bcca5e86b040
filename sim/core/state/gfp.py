"""gfp bits that the allocator looks at (page-allocator facts 3.1; __GFP_TAGGED is __GFP_ZEROTAGS renamed)."""

GFP_DMA = 0x1
GFP_HIGHMEM = 0x2
GFP_DMA32 = 0x4
GFP_MOVABLE = 0x8
GFP_HIGH = 0x20
GFP_IO = 0x40
GFP_DIRECT_RECLAIM = 0x400
GFP_KSWAPD_RECLAIM = 0x800
GFP_RETRY_MAYFAIL = 0x4000
GFP_NORETRY = 0x10000
GFP_MEMALLOC = 0x20000
GFP_OOM_VICTIM = 1 << 40  # not a gfp bit: the task that asks has been hit by the OOM killer (a replay only)
GFP_COMP = 0x40000
GFP_NOMEMALLOC = 0x80000
GFP_THISNODE = 0x200000
GFP_TAGGED = 0x800000
GFP_MIGRATE = 0x104CC8  # USER | MOVABLE | RETRY_MAYFAIL, for the new place of a page that has to move
