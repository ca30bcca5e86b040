"""Weak points of the posted series (tag-storage facts 3.6): each as it was posted, and mended, one by one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.core.state import consts as c
from sim.errors import BrokenInvariant, ScenarioError
from sim.machine import Machine
from sim.policies import DEFAULT, POLICIES, WEAK
from sim.scenario.poke import read, written
from sim.scenario.scenario import make_scenario
from sim.words.why import say
from sim.words.why_text import Telling
from tests.builds import BUILDS, Build, machine_of
from tests.conformance.machines import one_zone, program, refs, reserved, result
from tests.core.scenarios import MINI_TAGS, alloc, free, free_page, pin, under_pressure

Run = Callable[[dict[str, Any]], Machine]
PAIRS = one_zone(16384, block_size=0x2000)
CASES = [(policy.name, point.name, "mini") for policy in POLICIES for point in policy.weak]
CASES += [(policy.name, point.name, "pairs") for policy in POLICIES if policy.can_manage([2]) for point in policy.weak]


def mend(*names: str, **changes: Any) -> dict[str, Any]:
    """Changes of a scenario that mend these weak points."""
    return changes | {"repair": dict.fromkeys(names, True)}


def split(pfn: int) -> dict[str, Any]:
    """A step that splits a block into single pages."""
    return {"do": "split", "pfn": pfn}


def one_by_one(run: Run, order: int, pages: int, **changes: Any) -> Machine:
    """A tagged block is split, and so many of its pages are freed, the first ones first."""
    pfn = result(run(program(alloc("tagged", order), **changes)))
    freed = {"do": "free_page", "pfn": pfn, "count": pages}
    return run(program(alloc("tagged", order), split(pfn), freed, **changes))


def for_tags(count: int = 1) -> dict[str, Any]:
    """A step that allocates with __GFP_TAGGED what is never tagged."""
    return alloc("anon", 0, count) | {"for_tags": True}


@pytest.mark.parametrize(("order", "blocks"), [(0, 1), (3, 1), (5, 1), (6, 2), (9, 16), (10, 32)])
def test_a0_takes_what_rfc_v1_takes_and_holds_one_reference_on_each_block(run: Run, order: int, blocks: int) -> None:
    posted = run(program(alloc("tagged", order), policy="a0"))
    assert (reserved(posted), refs(posted)) == ((blocks, 0, 0), [2] * blocks)
    mended = run(program(alloc("tagged", order), **mend("w1", policy="a0")))
    assert refs(mended) == refs(run(program(alloc("tagged", order))))


@pytest.mark.parametrize("order", [0, 3, 5, 6, 9, 10])
def test_a0_gives_a_block_back_that_is_freed_whole(run: Run, order: int) -> None:
    machine = run(program(alloc("tagged", order, 2), free("tagged", 2), policy="a0"))
    success, fail, given_back = reserved(machine)
    assert (success, fail, refs(machine)) == (given_back, 0, [])


def test_w1_a_split_huge_page_loses_a_tag_page_with_the_first_page_of_32_that_is_freed(run: Run) -> None:
    posted = one_by_one(run, 9, 1, policy="a0")
    assert (reserved(posted), refs(posted)) == ((16, 0, 1), [2] * 15)
    assert bare(posted) == 31
    mended = one_by_one(run, 9, 1, **mend("w1", policy="a0"))
    assert (reserved(mended), refs(mended), bare(mended)) == ((16, 0, 0), [32] + [33] * 15, 0)


def test_w1_a_tag_page_that_was_given_away_is_free_for_data_while_pages_it_serves_are_tagged(run: Run) -> None:
    machine = one_by_one(run, 9, 1, policy="a0")
    first = machine.layout.regions[0]
    tag_page = next(
        machine.page(pfn) for pfn in range(first.tag_start, first.tag_end) if machine.page(pfn).tagged == 31
    )
    assert tag_page.kind == c.K_FREE


@pytest.mark.parametrize(("freed", "without"), [(31, 1), (32, 0), (33, 31), (512, 0)])
def test_w1_each_32_pages_of_a_split_huge_page_lose_theirs_in_turn(run: Run, freed: int, without: int) -> None:
    """S8 of the facts."""
    assert bare(one_by_one(run, 9, freed, policy="a0")) == without


def test_a0_knows_no_blocks_of_two_pages() -> None:
    with pytest.raises(ScenarioError, match=r"policy: a0: cannot manage tag blocks of more than 1 page"):
        make_scenario(program(alloc("tagged"), policy="a0", layout=PAIRS))


def test_what_would_have_served_it_leaves_out_who_cannot_manage_the_machine(run: Run) -> None:
    assert run(program(alloc("tagged"), layout=PAIRS)).explanations.other_policies == ("static", "off")


def test_without_tag_storage_no_other_policy_is_offered(run: Run) -> None:
    assert run(program(alloc("anon"), layout=one_zone(16384) | {"regions": []})).explanations.other_policies == ()


@pytest.mark.parametrize(
    ("order", "needed", "posted"), [(0, 2, 2), (5, 2, 2), (6, 2, 4), (7, 4, 8), (9, 16, 32), (10, 32, 64)]
)
def test_w2_mended_blocks_of_two_pages_take_what_the_order_needs(
    run: Run, order: int, needed: int, posted: int
) -> None:
    assert reserved(run(program(alloc("tagged", order), layout=PAIRS)))[0] == posted
    machine = run(program(alloc("tagged", order), **mend("w2", layout=PAIRS)))
    assert reserved(machine)[0] == needed
    assert refs(machine) == [1 + min(1 << order, 64)] * (needed // 2)


def test_w2b_a_block_that_was_taken_too_much_is_lost_when_its_pages_are_freed_one_by_one(run: Run) -> None:
    assert refs(one_by_one(run, 6, 64, layout=PAIRS)) == [1 + 64]
    assert refs(one_by_one(run, 6, 64, **mend("w2", layout=PAIRS))) == []


def test_w7_storage_of_a_page_that_is_freed_before_it_was_tagged_is_lost(run: Run) -> None:
    steps = (for_tags(), free("anon"))
    lost = run(program(*steps))
    assert (reserved(lost), refs(lost)) == ((1, 0, 0), [2])
    mended = run(program(*steps, **mend("w7")))
    assert (reserved(mended), refs(mended)) == ((1, 0, 1), [])


def test_w7_a_tag_page_that_was_lost_serves_its_neighbours_but_never_comes_back(run: Run) -> None:
    steps = (for_tags(3), free("anon", 3), alloc("tagged", 0, 3), free("tagged", 3))
    assert refs(run(program(*steps))) == [1 + 3]
    assert refs(run(program(*steps, **mend("w7")))) == []


def bare(machine: Machine) -> int:
    """Tagged pages whose tag page is not reserved."""
    layout, kind = machine.layout, machine.arrays["kind"]
    pfns = [layout.pfn_of(int(page)) for page in (kind == c.K_TAGGED).nonzero()[0]]
    return sum(machine.page(pfn).tag_kind != c.K_TAGS for pfn in pfns)


def outside(machine: Machine) -> list[int]:
    """Pfns of tagged pages outside every region."""
    flagged = [int(page) for page in (machine.arrays["kind"] == c.K_TAGGED).nonzero()[0]]
    pfns = [machine.layout.pfn_of(page) for page in flagged]
    return [pfn for pfn in pfns if all(not r.data_start <= pfn < r.data_end for r in machine.layout.regions)]


def beyond(zone: str) -> dict[str, Any]:
    """A layout with 16 MiB that no region covers."""
    layout = one_zone(16384)
    if zone == "DMA":
        layout["banks"][0]["pages"] += 4096
    else:
        layout["banks"].append({"zone": zone, "start_pfn": 0x60000, "pages": 4096})
    return layout


def test_w9_a_page_outside_every_region_is_handed_out_for_tags_without_storage(run: Run) -> None:
    step, layout = alloc("tagged", 0, 40), beyond("Normal")
    assert len(outside(run(program(step, layout=layout)))) == 40
    mended = run(program(step, **mend("w9", layout=layout)))
    assert (outside(mended), mended.snapshot().ledger.tagged) == ([], 40)
    assert reserved(mended) == (2, 40, 0)


def test_w9_mended_where_only_such_pages_are_offered_none_is_had_and_why_says_so(run: Run) -> None:
    step, layout = alloc("tagged", 9), beyond("DMA")
    assert len(outside(run(program(step, layout=layout)))) == 512
    mended = run(program(step, **mend("w9", layout=layout)))
    assert result(mended) == c.NO_PAGE
    explained = mended.explanations.of(1)
    assert explained.main is not None
    told = say(Telling(explained, explained.main, mended.layout, mended.explanations.names, mended.scenario.rules))
    assert any("outside</b> every tag region" in step.html for step in told.path)


def test_w10_tag_pages_that_a_failed_reservation_gives_back_are_not_counted_as_freed(run: Run) -> None:
    fill = [alloc("anon", 9, 30, "browser"), alloc("anon", 5, 32, "browser"), alloc("anon", 0, 6, "worker")]
    room = [{"do": "drain"}, pin(MINI_TAGS + 5), free_page(0x80400), free_page(0x80000), {"do": "drain"}]
    steps = (*fill, *room, alloc("tagged", 9))
    posted, mended = run(program(*steps)), run(program(*steps, **mend("w10")))
    assert posted.digest() != mended.digest()
    for machine, counted in ((posted, False), (mended, True)):
        success, fail, given_back = reserved(machine)
        assert success > 0 < fail
        assert (success - given_back == machine.snapshot().ledger.tags) == counted


@pytest.mark.parametrize(("policy", "point", "layout"), CASES)
def test_under_pressure_everything_holds_whichever_is_mended(policy: str, point: str, layout: str) -> None:
    scenario = under_pressure(policy) | {"repair": {point: True}}
    if layout == "pairs":
        steps = [step for step in scenario["program"] if step["do"] != "pin"]  # its tag storage lies elsewhere
        scenario |= {"layout": PAIRS, "program": steps}
    machine = Machine(make_scenario(scenario))
    for op in (3400, 9000, machine.length):
        machine.seek(op)
        machine.check()


def test_a_count_that_no_page_explains_breaks_an_invariant(run: Run) -> None:
    machine = run(program(for_tags(), free("anon"), alloc("tagged")))
    counts = machine.arrays["tag_ref"]
    for more, text in ((1, "count 2 more than their pages, 1 were left"), (-2, "counts less than 1")):
        counts[counts > 0] += more
        with pytest.raises(BrokenInvariant, match=text):
            machine.check()
        counts[counts > 0] -= more


def test_mending_what_a_policy_has_not_changes_nothing(run: Run) -> None:
    steps = (alloc("tagged", 9, 2), free("tagged"))
    for policy in ("static", "off"):
        plain, mended = (run(program(*steps, policy=policy, **more)) for more in ({}, mend(*WEAK)))
        assert plain.digest() == mended.digest()


def test_a_weak_point_that_is_not_mended_is_as_posted(run: Run) -> None:
    steps = (alloc("tagged", 9, 2), free("tagged"))
    posted = run(program(*steps)).digest()
    assert run(program(*steps, repair=dict.fromkeys(WEAK, False))).digest() == posted
    assert make_scenario(program(*steps, **mend("w7"))).rules.rules == DEFAULT.rules | {"mend-w7"}


def test_a_split_huge_page_keeps_each_tag_page_until_the_last_of_its_32_pages_goes(run: Run) -> None:
    """Facts 12 row 11."""
    assert refs(one_by_one(run, 9, 31)) == [1 + 1] + [1 + 32] * 15
    assert refs(one_by_one(run, 9, 32)) == [1 + 32] * 15
    assert reserved(one_by_one(run, 9, 512)) == (16, 0, 16)


def test_every_weak_point_has_a_test_here() -> None:
    assert [name for name in WEAK if f"def test_{name}_" not in Path(__file__).read_text()] == []


def test_a_page_that_is_never_tagged_may_be_asked_for_in_a_command(run: Run) -> None:
    command = for_tags() | {"at": 1}
    scenario = make_scenario(program(alloc("slab"), commands=[command | {"process": "server"}]))
    again = scenario.with_commands([read(written(one)) for one in scenario.commands])
    machine = Machine(again)
    machine.seek(machine.length)
    assert reserved(machine) == (1, 0, 0)


def test_kernel_memory_is_never_asked_for_with_tags() -> None:
    with pytest.raises(ScenarioError, match=r"for_tags: true: only anon pages are asked for like this"):
        make_scenario(program(alloc("slab") | {"for_tags": True}))


VECTORS = {
    "w1": (program(alloc("tagged", 9), split(0x80000), free_page(0x80000), policy="a0"), [2] * 15, [32] + [33] * 15),
    "w2": (program(alloc("tagged", 6), layout=PAIRS), [65, 65], [65]),
    "w7": (program(for_tags(), free("anon")), [2], []),
}


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("point", VECTORS)
def test_every_build_counts_the_same_references_as_posted_and_mended(build: Build, point: str) -> None:
    scenario, posted, mended = VECTORS[point]
    for repair, counts in (({}, posted), ({point: True}, mended)):
        machine = machine_of(build, scenario | {"repair": repair})
        machine.step(machine.length)
        machine.check()
        assert refs(machine) == counts
