"""From a layout and a policy to the arrays of a machine that has just booted."""

from typing import Any

from numpy.typing import NDArray

from sim.core.jit.builds import make_state
from sim.core.rules import RULES
from sim.core.run import boot
from sim.core.state.arrays import lengths, make_arrays
from sim.core.state.consts import (
    CLASSES,
    K_HOLE,
    K_KERNEL,
    K_TAGS,
    METADATA,
    MIGRATETYPES,
    MOVABLE,
    ORDERS,
    OWNED_CLASSES,
)
from sim.core.state.indices import (
    D_CPUS,
    D_EVENTS,
    D_HOME,
    D_LRU_HEADS,
    D_MARKED,
    D_MARKS,
    D_OWNER_HEADS,
    D_PAGES,
    D_PCP_HEADS,
    D_PROCESSES,
    D_PROGRAM_ROWS,
    D_REGIONS,
    D_RULES,
    D_SAMPLE_EVERY,
    D_WEIGHT,
    D_ZONES,
)
from sim.core.state.state import COST_BUCKETS, COUNT_STRIDE, EVENT_ROWS, MAX_PROCESSES, PCP_LISTS, State
from sim.kernel.boot import boot_numbers
from sim.policies import Policy
from sim.scenario.layout import Layout
from sim.scenario.layout_checks import ZONE_ORDER
from sim.scenario.scenario import Scenario

Arrays = dict[str, NDArray[Any]]
HOMES = {"MOVABLE": MOVABLE, "METADATA": METADATA}


def assemble(scenario: Scenario, layout: Layout, event_rows: int = EVENT_ROWS) -> tuple[Arrays, Arrays, State]:
    """Boot a machine for this scenario: its fields, the arrays they are views of, and the state over them.

    The state does not own the arrays: keep them.
    """
    program = scenario.program_array(layout)
    zones, regions = len(layout.zones), len(layout.regions)
    shape = lengths(
        layout.total_pages, zones, layout.cpus, regions, layout.tag_pages, len(program), event_rows=event_rows
    )
    arrays, whole = make_arrays(shape)
    rules = scenario.rules
    _fill_dims(arrays, layout, len(program))
    fill_rules(arrays, rules)
    arrays["program"][: program.size] = program.ravel()
    arrays["rng"][0] = scenario.seed
    _fill_costs(arrays, scenario)
    _fill_zones(arrays, layout, rules)
    fill_regions(arrays, layout, rules)
    _fill_processes(arrays, scenario)
    _fill_pages(arrays, layout, rules)
    state = make_state(arrays)
    _free_memory(arrays, state, layout, rules)
    boot.first_sample(state)
    return arrays, whole, state


def _fill_dims(arrays: Arrays, layout: Layout, program_rows: int) -> None:
    dim = arrays["dim"]
    dim[D_PAGES] = layout.total_pages
    dim[D_ZONES] = len(layout.zones)
    dim[D_CPUS] = layout.cpus
    dim[D_REGIONS] = len(layout.regions)
    dim[D_PROGRAM_ROWS] = program_rows
    dim[D_SAMPLE_EVERY] = 1
    dim[D_PCP_HEADS] = layout.total_pages + len(layout.zones) * ORDERS * MIGRATETYPES
    dim[D_OWNER_HEADS] = dim[D_PCP_HEADS] + len(layout.zones) * layout.cpus * PCP_LISTS
    dim[D_LRU_HEADS] = dim[D_OWNER_HEADS] + MAX_PROCESSES * OWNED_CLASSES


def fill_rules(arrays: Arrays, rules: Policy) -> None:
    """The rules as the core knows them: bits, and where tag pageblocks live that are lent."""
    arrays["dim"][D_RULES] = sum(RULES[name] for name in rules.rules)
    arrays["dim"][D_HOME] = METADATA - HOMES[rules.home] if rules.lends else 0


def _fill_costs(arrays: Arrays, scenario: Scenario) -> None:
    arrays["price"][:] = scenario.costs.price_array()
    by_path = arrays["cost_last"].reshape(-1, 2)
    by_path[:, 1] = [path * COST_BUCKETS for path in range(len(by_path))]  # where a cost of 0 is counted


def _fill_zones(arrays: Arrays, layout: Layout, rules: Policy) -> None:
    numbers = boot_numbers(layout, rules)
    for z, (name, n) in enumerate(zip(layout.zones, numbers, strict=True)):
        banks = layout.zone_banks(name)
        arrays["z_start"][z] = layout.page_of(banks[0].start_pfn)
        arrays["z_end"][z] = layout.page_of(banks[-1].end - 1) + 1
        arrays["z_type"][z] = ZONE_ORDER.index(name)
        arrays["z_managed"][z] = n.managed
        arrays["z_min"][z], arrays["z_low"][z], arrays["z_high"][z] = n.min, n.low, n.high
        arrays["z_reserve"][z * 4 : z * 4 + 4] = n.protection
        arrays["pcp_high"][z], arrays["pcp_batch"][z] = n.pcp_high, n.batch


def fill_regions(arrays: Arrays, layout: Layout, rules: Policy) -> None:
    """Where data and tags of each region lie; tag storage that is kept counts 1 from the start."""
    base = 0
    for r, region in enumerate(layout.regions):
        arrays["r_data"][r] = layout.page_of(region.data_start)
        arrays["r_data_end"][r] = arrays["r_data"][r] + region.data_pages
        arrays["r_tag"][r] = layout.page_of(region.tag_start)
        arrays["r_tag_end"][r] = arrays["r_tag"][r] + region.tag_pages
        arrays["r_block"][r] = region.block_pages
        arrays["r_base"][r] = base
        base += region.tag_pages
    if rules.keeps:
        arrays["tag_ref"][:] = 1


def _fill_processes(arrays: Arrays, scenario: Scenario) -> None:
    work, pins = scenario.workload_array(), scenario.pin_array()
    count = len(scenario.processes)
    arrays["dim"][D_PROCESSES] = count
    arrays["work"].reshape(MAX_PROCESSES, CLASSES, -1)[1 : count + 1] = work
    arrays["work_pin"].reshape(MAX_PROCESSES, 2)[1 : count + 1] = pins
    arrays["p_weight"][1 : count + 1] = work[:, :, 0].sum(axis=1)
    arrays["dim"][D_WEIGHT] = arrays["p_weight"].sum()
    arrays["p_alive"][: count + 1] = 1
    arrays["p_adj"][0] = -1000
    for i, process in enumerate(scenario.processes, start=1):
        arrays["p_adj"][i] = process.oom_score_adj
        arrays["p_cpu"][i] = process.cpu


def _fill_pages(arrays: Arrays, layout: Layout, rules: Policy) -> None:
    kind, pb_zone = arrays["kind"], arrays["pb_zone"]
    arrays["order"][:] = -1
    kind[:], pb_zone[:], arrays["pb_mt"][:] = K_HOLE, -1, MOVABLE
    for bank in layout.banks:
        start = layout.page_of(bank.start_pfn)
        kind[start : start + bank.pages] = K_KERNEL
        pb_zone[start // 512 : -(-(start + bank.pages) // 512)] = layout.zones.index(bank.zone)
    for region in layout.regions:
        start = layout.page_of(region.tag_start)
        if rules.keeps:
            kind[start : start + region.tag_pages] = K_TAGS
        else:
            arrays["pb_mt"][start // 512 : (start + region.tag_pages) // 512] = HOMES[rules.home]
    by_block = kind.reshape(-1, 512)
    count = arrays["count"].reshape(-1, COUNT_STRIDE)
    for k in (K_HOLE, K_KERNEL, K_TAGS):
        count[:, k] = (by_block == k).sum(axis=1)


def _free_memory(arrays: Arrays, state: State, layout: Layout, rules: Policy) -> None:
    """Everything but the kernel goes to the buddy lists, ascending; then tag storage, unless it is kept."""
    dim = arrays["dim"]
    boot.init_lists(state, layout.total_pages, len(arrays["nxt"]))
    tags = sorted((region.tag_start, region.tag_end) for region in layout.regions)
    for i, bank in enumerate(layout.banks):
        at = bank.start_pfn + (layout.kernel_pages if i == 0 else 0)
        for start, end in [*((s, e) for s, e in tags if bank.start_pfn <= s < bank.end), (bank.end, bank.end)]:
            _free(state, layout, at, start)
            at = end
    if not rules.keeps:
        _free_tag_storage(state, layout, HOMES[rules.home])
    if rules.lends and layout.zero_page is not None:
        boot.reserve_zero_page(state, layout.page_of(layout.zero_page))
    dim[D_EVENTS] = dim[D_MARKS] = dim[D_MARKED] = 0
    arrays["ev"][:] = 0
    arrays["mark"][:] = 0


def _free(state: State, layout: Layout, start: int, end: int) -> None:
    if end > start:
        page = layout.page_of(start)
        boot.free_range(state, page, page + end - start, MOVABLE)


def _free_tag_storage(state: State, layout: Layout, mt: int) -> None:
    """After all other memory (a core_initcall), region by region."""
    for region in layout.regions:
        page = layout.page_of(region.tag_start)
        boot.init_reserved_pageblocks(state, page, page + region.tag_pages, mt)
