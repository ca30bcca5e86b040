"""No MTE: what the memory is worth without tags."""

from sim.policies.policy import Policy, Story

OFF = Policy(
    name="off",
    short="no MTE",
    source="`arm64.nomte`, RFC v1 #16",
    rules=frozenset(),
    home="MOVABLE",
    taking="",
    when="never",
    what_if="Nothing can be tagged: it gets a page without tags.",
    story=Story(
        "There is no tag storage to manage.",
        (
            ("Boot.", "<code>arm64.nomte</code>: the tag pageblocks join the Movable lists."),
            ("Use.", "Any request may have them; unmovable ones may steal them."),
            ("Forgo.", "No page can be tagged. <code>kexec</code> cannot use this memory."),
        ),
    ),
)
