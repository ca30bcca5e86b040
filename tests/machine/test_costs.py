"""What requests cost: sums of named prices, counted in a histogram, and never more than what really happened."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from sim.core.hooks import cost
from sim.core.hooks.cost import find_bucket
from sim.core.state.consts import E_ALLOC, EVENT_FIELDS, NO_PAGE
from sim.core.state.indices import D_ANSWERED, D_EVENTS, D_KSWAPD, R_COST
from sim.core.state.state import COST_BUCKETS, EVENT_ROWS, PRICES
from sim.errors import BrokenInvariant, ScenarioError
from sim.machine import Machine
from sim.run.snapshot import CostView
from sim.scenario.costs import PATHS, Costs
from sim.scenario.costs import PRICES as TABLE
from sim.scenario.scenario import load_scenario, make_scenario
from tests.machine.conftest import Boot

DEFAULT = {price.name: price.ns for price in TABLE}
CPUS = 2  # of `mini`


def ran(*program: Mapping[str, object], **changes: object) -> Machine:
    """A `mini` after this program of the process p."""
    base = {"name": "t", "question": "Q?", "layout": "mini", "processes": [{"name": "p", "pid": 1}]}
    machine = Machine(make_scenario(base | {"program": list(program)} | changes))
    machine.step(machine.length)
    machine.check()
    return machine


def alloc(what: str, count: int = 1, order: int = 0) -> dict[str, object]:
    return {"do": "alloc", "process": "p", "what": what, "count": count, "order": order}


def rows(machine: Machine) -> dict[str, CostView]:
    return {row.path: row for row in machine.snapshot().costs}


def sum_of(*names: str, **times: int) -> int:
    """The sum of these prices, of each as many as given."""
    return sum(DEFAULT[name] for name in names) + sum(DEFAULT[name] * n for name, n in times.items())


def test_the_prices_of_the_core_have_the_names_of_the_table() -> None:
    in_core = {name[2:].lower(): place for name, place in vars(cost).items() if name.startswith("X_")}
    assert [price.name for price in TABLE] == sorted(in_core, key=lambda name: in_core[name])
    assert list(in_core.values()) == list(range(PRICES))


def test_every_price_says_what_it_is_for_and_has_a_source_or_is_called_an_assumption() -> None:
    assert all(price.what and price.source for price in TABLE)
    assert {price.name for price in TABLE if not price.assumed} == {"pcp_hit", "lru_drain"}


def test_a_page_off_a_per_cpu_list_costs_the_price_of_a_hit() -> None:
    costs = rows(ran(alloc("anon", 2), policy="off"))["pcp"]
    assert (costs.count, costs.p50) == (2, sum_of("pcp_hit"))


def test_the_request_that_finds_the_list_empty_pays_for_the_refill() -> None:
    machine = ran(alloc("anon"), policy="off")
    batch = int(machine.arrays["pcp_batch"][0])
    assert rows(machine)["pcp"].most == sum_of("pcp_hit", refill_page=batch)


def test_the_first_tagged_page_pays_for_its_tag_page() -> None:
    names = ("pcp_hit", "buddy_take", "tag_lookup", "take_tag_page", "lru_drain", "tag_cache", "clear_tags")
    assert rows(ran(alloc("tagged")))["taken"].p50 == sum_of(*names, drain_cpu=CPUS)


def test_its_31_neighbours_find_their_tag_page_reserved() -> None:
    costs = rows(ran(alloc("tagged", 32)))["reserved"]
    assert (costs.count, costs.p99) == (31, sum_of("pcp_hit", "buddy_take", "tag_lookup", "clear_tags"))


def test_a_pinned_tag_page_costs_five_tries() -> None:
    machine = Machine(load_scenario("spurious-oom"))
    machine.step(machine.length)
    a_try = sum_of("take_tag_page", "lru_drain", "ebusy_try", drain_cpu=CPUS)
    assert rows(machine)["retried"].most > 20 * 5 * a_try
    assert "of it on one pinned page" in machine.snapshot().story.cost


def test_whoever_reserves_nothing_has_three_paths_and_they_are_labelled_by_who_takes_them() -> None:
    for policy, who in (("static", "any page"), ("off", "untagged")):
        labels = [row.label for row in ran(alloc("tagged"), policy=policy).snapshot().costs]
        assert labels == [f"{who}, per-CPU list", f"{who}, buddy lists", f"{who}, slow path"]


def test_a_price_of_the_scenario_is_the_price_of_the_core() -> None:
    changed = load_scenario("first-tagged-page").with_changes({"costs.lru_drain": 5})
    machine = Machine(changed)
    machine.step(1)
    at_default = Machine(load_scenario("first-tagged-page"))
    at_default.step(1)
    assert rows(machine)["taken"].p50 == rows(at_default)["taken"].p50 - DEFAULT["lru_drain"] + 5


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"costs.migrate_pge": 1}, "costs.migrate_pge: 1: unknown key"),
        ({"costs.migrate_page": -1}, "costs.migrate_page: -1: must be at least 0"),
        ({"costs.migrate_page": 10**9 + 1}, "costs.migrate_page: 1000000001: must be at most 1000000000"),
        ({"costs.migrate_page": "cheap"}, "costs.migrate_page: cheap: not a whole number"),
    ],
)
def test_a_price_that_is_none_is_refused_in_one_line(changes: dict[str, object], line: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("first-tagged-page").with_changes(changes)
    assert str(caught.value) == line


def test_at_no_price_every_request_is_counted_on_its_path_at_nothing() -> None:
    free = dict.fromkeys(DEFAULT, 0)
    costs = rows(ran(alloc("tagged", 3), alloc("slab", 2), costs=free))
    assert {path: (row.count, row.most) for path, row in costs.items() if row.count} == {
        "pcp": (2, 0), "reserved": (2, 0), "taken": (1, 0)
    }  # fmt: skip


def test_buckets_follow_each_other_and_are_an_eighth_wide_at_most() -> None:
    numbers = [*range(4096), *(2**n + d for n in range(13, 41) for d in (-1, 0, 1))]
    found = [find_bucket(None, ns) for ns in numbers]
    assert found == sorted(found) == [bucket(ns) for ns in numbers]
    assert max(found) == COST_BUCKETS - 1
    first = dict(reversed(list(zip(found[:4096], numbers[:4096], strict=True))))
    assert all(ns - first[at] <= first[at] / 8 for at, ns in zip(found[:4096], numbers[:4096], strict=True))


def bucket(ns: int) -> int:
    """Where a cost is counted, told in another way: by its length in bits."""
    octave = max(0, ns.bit_length() - 4)
    return min(8 * octave + (ns >> octave), COST_BUCKETS - 1)


def test_percentiles_are_those_of_all_requests_an_eighth_at_most_above(boot: Boot) -> None:
    machine = boot("busy-phone")
    seen = all_costs(machine, 20_000)
    assert sum(map(len, seen.values())) == machine.arrays["dim"][D_ANSWERED]
    for row in machine.snapshot().costs:
        costs = sorted(seen.get(row.path, []))
        assert row.count == len(costs)
        if costs:
            exact = [costs[-(-len(costs) * percent // 100) - 1] for percent in (50, 90, 99, 100)]
            told = (row.p50, row.p90, row.p99, row.most)
            assert row.most == exact[-1]
            assert all(0 <= one - true <= true / 8 for one, true in zip(told, exact, strict=True))


def all_costs(machine: Machine, ops: int) -> dict[str, list[int]]:
    """What every request cost, by path, from the events, one op at a time."""
    seen: dict[str, list[int]] = {}
    cells = machine.arrays["cost"].reshape(len(PATHS), COST_BUCKETS)
    before, at = cells.copy(), 0
    for _ in range(ops):
        machine.step(1)
        for ns in (int(row[7]) for row in allocations(machine, at)):
            path = int(np.flatnonzero(cells[:, bucket(ns)] > before[:, bucket(ns)])[0])
            before[path, bucket(ns)] += 1
            seen.setdefault(PATHS[path].slug, []).append(ns)
        at = int(machine.arrays["dim"][D_EVENTS])
    return seen


def allocations(machine: Machine, since: int) -> list[Any]:
    events = machine.arrays["ev"].reshape(-1, EVENT_FIELDS)
    new = range(since, int(machine.arrays["dim"][D_EVENTS]))
    return [events[n % EVENT_ROWS].tolist() for n in new if events[n % EVENT_ROWS, 1] == E_ALLOC]


def test_what_daemons_do_is_charged_to_nobody(boot: Boot) -> None:
    machine = boot("busy-phone")
    machine.seek(100_000)
    at, awake = int(machine.arrays["dim"][D_EVENTS]), 0
    for _ in range(60_000):
        machine.step(1)
        asked = allocations(machine, at)
        at = int(machine.arrays["dim"][D_EVENTS])
        if machine.arrays["dim"][D_KSWAPD] and asked and asked[-1][3] != NO_PAGE:
            awake += 1
            assert machine.arrays["req"][R_COST] == asked[-1][7]
    assert awake > 10


def test_a_request_that_is_not_counted_breaks_an_invariant() -> None:
    machine = ran(alloc("anon"))
    machine.arrays["dim"][D_ANSWERED] += 1
    with pytest.raises(BrokenInvariant, match="costs: 1 counted, 2 requests answered"):
        machine.check()


def test_a_scenario_without_prices_has_the_default_ones() -> None:
    assert load_scenario("busy-phone").costs == Costs()
