"""Templates and scripts ask the rules of a run; what a policy is called is the server's business."""

import re
from pathlib import Path

import pytest

from app.rules import rules_of
from sim.policies import NAMES, find_policy
from tests.app.conftest import PAGE, Client, make_run

ROOT = Path(__file__).parents[2]
# attributes of HTML that have a value of the same name
HTML = re.compile(r'\b(?:autocomplete|aria-live)="off"')


def sources() -> list[Path]:
    found = [path for folder in ("templates", "static") for path in (ROOT / folder).rglob("*")]
    return [path for path in found if path.suffix in {".html", ".js", ".css"} and "vendor" not in path.parts]


def names_in(text: str) -> list[str]:
    names = "|".join(map(re.escape, NAMES))
    return re.findall(rf"[\"'`](?:{names})[\"'`]", HTML.sub("", text))


def test_no_template_and_no_script_asks_for_the_name_of_a_policy() -> None:
    assert len(sources()) > 80
    assert {str(path): names for path in sources() if (names := names_in(path.read_text()))} == {}


def test_the_count_would_see_a_name() -> None:
    assert names_in("""if (policy === "off" || policy == 'static') `rfc-v1` autocomplete="off" """) == [
        '"off"',
        "'static'",
        "`rfc-v1`",
    ]


def test_the_rules_are_those_of_the_policy() -> None:
    assert [rules_of(find_policy(policy)) for policy in ("off", "static", "rfc-v1")] == [
        {"tags": False, "kept": False, "lends": False},
        {"tags": True, "kept": True, "lends": False},
        {"tags": True, "kept": False, "lends": True},
    ]


@pytest.mark.parametrize("policy", NAMES)
def test_the_page_gets_the_rules_beside_the_policy(client: Client, policy: str) -> None:
    html = client.get(f"/runs/{make_run(client, 'spurious-oom', policy=policy)}", headers=PAGE).text
    said = ",".join(f'"{rule}":{str(holds).lower()}' for rule, holds in rules_of(find_policy(policy)).items())
    assert f'"policy":"{policy}","rules":{{{said}}}' in html


def test_a_weak_point_is_mended_in_a_run_and_in_its_address(client: Client) -> None:
    posted, mended = (
        client.get(f"/api/runs/{make_run(client, 'spurious-oom', op=42, set=more)}").json()
        for more in ({}, {"repair.w10": True})
    )
    assert posted["digest"] != mended["digest"]
    assert "set=repair.w10%3Dtrue" in mended["url"]


def test_a_weak_point_that_nobody_knows_is_refused(client: Client) -> None:
    answer = client.post("/api/runs", json={"scenario": "spurious-oom", "set": {"repair.w99": True}})
    assert (answer.status_code, answer.json()["detail"].split(":")[0]) == (422, "repair.w99")
