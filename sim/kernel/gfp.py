"""gfp flags by name, as the kernel's trace prints them (`__print_flags`, v6.1; page-allocator facts 3.1).

RFC v1 renames `__GFP_ZEROTAGS` to `__GFP_TAGGED`; the recorded kernels still print the old name, and so do we.
"""

DMA = 0x1
DMA32 = 0x4
RECLAIM = 0xC00
NOIO = RECLAIM
NOFS = NOIO | 0x40
KERNEL = NOFS | 0x80
USER = KERNEL | 0x100000
HIGHUSER_MOVABLE = USER | 0x2 | 0x8
TRANSHUGE_LIGHT = (HIGHUSER_MOVABLE | 0x40000 | 0x80000 | 0x2000) & ~RECLAIM
TAGGED = 0x800000
ZERO = 0x100
COMP = 0x40000
ACCOUNT = 0x400000

# In the order in which the kernel tries them: composites first.
NAMES: tuple[tuple[int, str], ...] = (
    (TRANSHUGE_LIGHT | 0x400, "GFP_TRANSHUGE"),
    (TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT"),
    (HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE"),
    (USER | 0x2, "GFP_HIGHUSER"),
    (USER, "GFP_USER"),
    (KERNEL | ACCOUNT, "GFP_KERNEL_ACCOUNT"),
    (KERNEL, "GFP_KERNEL"),
    (NOFS, "GFP_NOFS"),
    (0x20 | 0x200 | 0x800, "GFP_ATOMIC"),
    (NOIO, "GFP_NOIO"),
    (0x800, "GFP_NOWAIT"),
    (0x1, "GFP_DMA"),
    (0x2, "__GFP_HIGHMEM"),
    (0x4, "GFP_DMA32"),
    (0x20, "__GFP_HIGH"),
    (0x200, "__GFP_ATOMIC"),
    (0x40, "__GFP_IO"),
    (0x80, "__GFP_FS"),
    (0x2000, "__GFP_NOWARN"),
    (0x4000, "__GFP_RETRY_MAYFAIL"),
    (0x8000, "__GFP_NOFAIL"),
    (0x10000, "__GFP_NORETRY"),
    (COMP, "__GFP_COMP"),
    (ZERO, "__GFP_ZERO"),
    (0x80000, "__GFP_NOMEMALLOC"),
    (0x20000, "__GFP_MEMALLOC"),
    (0x100000, "__GFP_HARDWALL"),
    (0x200000, "__GFP_THISNODE"),
    (0x10, "__GFP_RECLAIMABLE"),
    (0x8, "__GFP_MOVABLE"),
    (ACCOUNT, "__GFP_ACCOUNT"),
    (0x1000, "__GFP_WRITE"),
    (RECLAIM, "__GFP_RECLAIM"),
    (0x400, "__GFP_DIRECT_RECLAIM"),
    (0x800, "__GFP_KSWAPD_RECLAIM"),
    (TAGGED, "__GFP_ZEROTAGS"),
)


def gfp_text(gfp: int) -> str:
    """`GFP_KERNEL|__GFP_ZERO`; `none` for 0, what has no name in hexadecimal."""
    found = []
    for mask, name in NAMES:
        if gfp & mask == mask:
            found.append(name)
            gfp &= ~mask
    if gfp or not found:
        found.append(f"{gfp:#x}" if gfp else "none")
    return "|".join(found)
