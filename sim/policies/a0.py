"""The Android variant: code like that of RFC v1, with one reference an allocation (tag-storage facts 0, 3.2 and W1)."""

from dataclasses import replace

from sim.policies.policy import WeakPoint
from sim.policies.rfc_v1 import RFC_V1, W2

W1 = WeakPoint(
    "w1",
    "a huge page holds one reference on each of its tag pages: split, its first freed page gives away the tag page of "
    "31 that are still tagged",
    "it holds a reference for each page",
    breaks=frozenset({"storage", "counts"}),
)

A0 = replace(
    RFC_V1,
    name="a0",
    short="the Android variant",
    source="a downstream Android kernel tree, like RFC v1 but simpler",
    rules=RFC_V1.rules | {"one-ref"},
    what_if="Tag storage is lent as under RFC v1, but a huge page holds one reference on each of its tag pages.",
    weak=(W1, *(point for point in RFC_V1.weak if point != W2)),
    most_block_pages=1,
)
