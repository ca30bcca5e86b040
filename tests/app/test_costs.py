"""What requests cost, from the service: in the frame, on the page, as a table, and with prices of one's own."""

import csv
import io

import httpx
import pytest

from app.pages.frames import cost_view
from sim.run.snapshot import CostView
from sim.scenario.costs import PRICES
from tests.app.conftest import PAGE, Client, make_run


def opened(client: Client, query: str) -> httpx.Response:
    return client.get(f"/open?{query}", headers=PAGE, follow_redirects=True)


def test_a_frame_has_one_row_a_path_in_nanoseconds() -> None:
    assert cost_view(CostView("taken", "tagged, tag page free", 3, 1, 2, 4, 5)) == {
        "path": "taken", "label": "tagged, tag page free", "count": 3, "p50": 1, "p90": 2, "p99": 4, "max": 5,
    }  # fmt: skip


def test_the_page_ends_its_answer_with_what_a_tagged_page_costs(client: Client) -> None:
    html = opened(client, "scenario=first-tagged-page&op=1").text
    assert "request costs <b>280\u00a0µs</b> when its tag pages are free." in html
    assert '<p class="cost"' in html


def test_the_table_is_csv_with_every_path(client: Client) -> None:
    run = make_run(client, "spurious-oom", op=42)
    table = list(csv.DictReader(io.StringIO(client.get(f"/runs/{run}/panels/costs.csv").text)))
    counts = {row["path"]: int(row["requests"]) for row in table}
    assert len(counts) == 8
    assert counts["retried"] == 1
    assert sum(counts.values()) == 39


def test_every_price_is_shown_with_its_source(client: Client) -> None:
    html = opened(client, "scenario=first-tagged-page").text
    assert all(f"<code>{price.name}</code>" in html for price in PRICES)
    assert html.count('<td data-th="source">assumption') == sum(price.assumed for price in PRICES)


def test_a_link_may_change_a_price(client: Client) -> None:
    answer = opened(client, "scenario=first-tagged-page&op=1&set=costs.lru_drain=0")
    assert "request costs <b>3.9\u00a0µs</b> when" in answer.text
    assert "set for this run" in answer.text


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("costs.migrate_pge=1", "costs.migrate_pge: 1: unknown key"),
        ("costs.migrate_page=-1", "costs.migrate_page: -1: must be at least 0"),
    ],
)
def test_a_price_that_is_none_is_one_clear_line(client: Client, query: str, line: str) -> None:
    answer = opened(client, f"scenario=first-tagged-page&set={query}")
    assert answer.status_code == 422
    assert line in answer.text
