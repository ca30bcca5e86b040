"""What leaves a run as a file: CSV of every panel, and /proc."""

import csv
import io

import pytest

from app.pages.panels import PANELS
from app.pages.tables import TABLES
from sim.kernel.procfs import FILES
from sim.words.panels import SENTENCES
from tests.app.conftest import JSON, PAGE, Client, command, make_run


def rows(client: Client, run: str, slug: str) -> list[dict[str, str]]:
    answer = client.get(f"/runs/{run}/panels/{slug}.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8; header=present")
    return list(csv.DictReader(io.StringIO(answer.text)))


def at_the_oom(client: Client) -> str:
    run = make_run(client, "spurious-oom")
    command(client, run, "goto", op=42)
    return run


def test_every_panel_has_a_table_and_a_sentence_and_no_other() -> None:
    assert set(TABLES) == set(SENTENCES) == {panel.slug for panel in PANELS}


@pytest.mark.parametrize("slug", TABLES)
def test_the_table_of_every_panel_is_csv_with_as_many_cells_as_its_header(client: Client, slug: str) -> None:
    text = client.get(f"/runs/{at_the_oom(client)}/panels/{slug}.csv").text
    table = list(csv.reader(io.StringIO(text)))
    assert text.endswith("\r\n")
    assert len({len(row) for row in table}) == 1
    assert len(table) > 1 or slug == "pinned"


def test_a_table_has_the_name_of_its_run_and_op(client: Client) -> None:
    answer = client.get(f"/runs/{at_the_oom(client)}/panels/oom.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="carveout-spurious-oom-oom-op42.csv"'


def test_the_pages_of_the_map_are_those_of_the_machine(client: Client) -> None:
    table = rows(client, at_the_oom(client), "page-map")
    pages = [int(cell) for row in table for name, cell in row.items() if name not in ("pfn", "zone")]
    assert (len(table), table[0]["pfn"], sum(pages)) == (32, "0x80000", 16384)


def test_the_kill_is_in_the_table_of_kills(client: Client) -> None:
    (kill,) = rows(client, at_the_oom(client), "oom")
    assert (kill["victim"], kill["free"], kill["refusals"]) == ("worker", "16415", "20")


def test_the_table_through_time_goes_as_far_as_the_run_ever_went(client: Client) -> None:
    run = at_the_oom(client)
    command(client, run, "reset")
    assert rows(client, run, "tag-storage")[-1]["op"] == "42"


@pytest.mark.parametrize("file", FILES)
def test_files_of_proc_can_be_fetched(client: Client, file: str) -> None:
    answer = client.get(f"/runs/{at_the_oom(client)}/proc/{file}")
    assert (answer.status_code, answer.headers["x-op"]) == (200, "42")
    assert answer.text.endswith("\n")


@pytest.mark.parametrize("address", ["panels/nope.csv", "proc/kcore", "proc/..%2fpasswd"])
def test_what_is_no_table_and_no_file_is_404(client: Client, address: str) -> None:
    assert client.get(f"/runs/{make_run(client)}/{address}", headers=JSON).status_code == 404


@pytest.mark.parametrize("slug", TABLES)
def test_the_page_of_a_panel_has_its_sentence_and_leads_to_its_table(client: Client, slug: str) -> None:
    html = client.get(f"/runs/{at_the_oom(client)}/panels/{slug}", headers=PAGE).text
    assert f'id="says-{slug}"' in html
    assert f"/panels/{slug}.csv" in html


def test_who_left_is_told_from_who_was_killed(client: Client) -> None:
    html = client.get(f"/runs/{at_the_oom(client)}/panels/processes", headers=PAGE).text
    assert (html.count(">killed<"), html.count(">left<")) == (1, 1)
