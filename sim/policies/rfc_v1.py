"""RFC v1, August 2023: MIGRATE_METADATA, reservation in the page allocator."""

from sim.policies.policy import Policy, Story

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
)
