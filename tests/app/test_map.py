import numpy as np
import pytest

from tests.app.conftest import JSON, Client, command, make_run

DATA, TAGS = 0x80000, 0x84000  # of the layout `mini`


def ask(client: Client, run: str, start: int, end: int, level: str) -> bytes:
    answer = client.get(f"/runs/{run}/map", params={"start": hex(start), "end": hex(end), "level": level})
    assert answer.status_code == 200, answer.text
    return answer.content


def test_every_level_counts_the_same_pages(client: Client) -> None:
    run = make_run(client)
    command(client, run, "step", n=30)

    block = np.frombuffer(ask(client, run, DATA, DATA + 512, "block"), dtype="<u2")
    rows = np.frombuffer(ask(client, run, DATA, DATA + 512, "row"), dtype="u1").reshape(16, 13)
    kinds = np.frombuffer(ask(client, run, DATA, DATA + 512, "page")[:512], dtype="u1") & 0x7F

    assert block.tolist() == rows.sum(axis=0).tolist() == np.bincount(kinds, minlength=13).tolist()


def test_pages_come_with_their_owners(client: Client) -> None:
    run = make_run(client)

    data = ask(client, run, TAGS, TAGS + 64, "page")

    assert len(data) == 64 + 4 * 64


def test_the_etag_of_a_range_is_its_op(client: Client) -> None:
    run = make_run(client)
    command(client, run, "step", n=5)

    answer = client.get(f"/runs/{run}/map?start={DATA}&end={DATA + 32}")

    assert (answer.headers["etag"], answer.headers["x-op"]) == ('"5"', "5")


def test_a_range_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    run = make_run(client)

    answer = client.get(f"/runs/{run}/map?start={DATA}&end={DATA + 32}", headers={"if-none-match": '"0"'})

    assert (answer.status_code, answer.content) == (304, b"")


BAD = [
    ("start=x&end=32", "start: 'x'"),
    ("start=1&end=33", "start: 0x1"),
    ("start=64&end=32", "end: 0x20"),
    ("start=0&end=0x7fffffe0", "end: 0x7fffffe0"),
    ("start=0&end=32&level=atom", "level: 'atom'"),
    ("start=0", "end: missing"),
]


@pytest.mark.parametrize(("query", "line"), BAD)
def test_a_range_that_cannot_be_is_one_clear_line(client: Client, query: str, line: str) -> None:
    answer = client.get(f"/runs/{make_run(client)}/map?{query}", headers=JSON)

    assert (answer.status_code, line in answer.json()["detail"]) == (422, True)


def test_a_page_is_described_in_a_sentence(client: Client) -> None:
    answer = client.get(f"/runs/{make_run(client)}/page/{TAGS:#x}")

    assert (answer.status_code, "84000" in answer.text) == (200, True)


@pytest.mark.parametrize("pfn", ["0x1", "abc", "-1", "9" * 19])
def test_a_page_that_is_not_there_is_one_clear_line(client: Client, pfn: str) -> None:
    answer = client.get(f"/runs/{make_run(client)}/page/{pfn}", headers=JSON)

    assert (answer.status_code, answer.json()["detail"].startswith("pfn: ")) == (422, True)
