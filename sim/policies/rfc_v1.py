"""RFC v1, August 2023: MIGRATE_METADATA, reservation in the page allocator."""

from sim.policies.policy import Policy, Story, WeakPoint

W2 = WeakPoint(
    "w2",
    "with blocks of two pages, an order of 6 or more takes twice the tag pages it needs, and its parts never give all "
    "of them back",
    "it takes as many blocks as it needs",
    breaks=frozenset({"large"}),
)
W7 = WeakPoint(
    "w7",
    "a page that was allocated for tags and freed before it was tagged leaves its tag page reserved for good",
    "what was reserved is given up, tagged or not",
)
W9 = WeakPoint(
    "w9",
    "a page outside every region is handed out for tags, without storage",
    "it is refused and the next zone is tried",
)
W10 = WeakPoint(
    "w10",
    "tag pages that a failed reservation gives back are not counted as freed",
    "`metadata_reserve_free` counts them",
)

RFC_V1 = Policy(
    name="rfc-v1",
    short="RFC v1 as posted",
    source="RFC v1, 37 patches, August 2023, on 6.5-rc3",
    rules=frozenset({"lent"}),
    home="METADATA",
    taking="by_contig",
    when="when a tagged page is allocated",
    what_if="Tag storage is lent, and taken back when a tag needs it.",
    story=Story(
        "Free tag storage is lent, and taken back when a tag needs it.",
        (
            (
                "Lend.",
                "Free tag storage goes to movable, untagged requests, after their own free lists and before stealing.",
            ),
            ("Reserve.", "The first tagged page of 32 takes their tag page."),
            ("Release.", "When the last of them is freed, the tag page is free again."),
        ),
    ),
    weak=(W2, W7, W9, W10),
)
