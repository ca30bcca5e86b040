"""The fixed carve-out: what kernels without the series do."""

from sim.policies.policy import Policy, Story

STATIC = Policy(
    name="static",
    short="the carve-out",
    source="the carve-out of today's firmware",
    rules=frozenset({"kept"}),
    home="",
    taking="",
    when="at boot, all of them",
    what_if="All tag storage is kept for good; nothing is ever reserved or refused.",
    story=Story(
        "Nothing can be refused, and nothing is given back.",
        (
            ("Keep.", "All tag storage is reserved at boot and never lent."),
            (
                "Tag.",
                "A tagged page needs nothing else: its tag page is there. No try, no refusal, no OOM because of a pin.",
            ),
            ("Pay.", "1/32 of RAM, whether anything is tagged or not."),
        ),
    ),
)
