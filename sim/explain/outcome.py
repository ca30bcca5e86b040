"""How a request ended, in numbers."""

from sim.core.state import consts as c
from sim.explain import steps as s
from sim.explain.explained import Outcome, Request
from sim.scenario.layout import Layout


def outcome_of(request: Request, layout: Layout) -> Outcome:
    """The numbers of one request."""
    reserves = [step for step in request.path if isinstance(step, s.Reserve)]
    moved = [row.event for step in reserves for row in step.moved]
    page = request.got.page
    pfn = layout.pfn_of(page) if page != c.NO_PAGE else -1
    bank = layout.bank_of(pfn) if pfn >= 0 else None
    return Outcome(
        page=page,
        pfn=pfn,
        zone=bank.zone if bank else "",
        cost=request.got.cost,
        refusals=len([step for step in reserves if step.ret not in (c.OK, c.EINTR)]),
        moved=moved.count(c.E_MIGRATE),
        dropped=moved.count(c.E_DROP),
        kills=len(request.all(s.Oom)),
        reserved=sum(step.taken for step in reserves if step.ret == c.OK),
        slow=bool(request.all(s.Slow)),
    )


def same_request(one: Request, other: Request) -> bool:
    """The same process asks for as much of the same class. Without MTE a tagged page is asked for without tags."""
    ask, wanted = one.ask, other.ask
    return (ask.process, ask.order, ask.what) == (wanted.process, wanted.order, wanted.what)
