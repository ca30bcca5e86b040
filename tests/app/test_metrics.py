import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.conftest import Client, command, make_run

WANTED = [
    "carveout_runs",
    "carveout_viewers",
    "carveout_ready",
    "carveout_runs_made",
    "carveout_commands",
    "carveout_frames",
    "carveout_encode_seconds",
    "carveout_loop_lag_seconds",
]


@pytest.mark.parametrize("name", WANTED)
def test_prometheus_can_read(client: Client, name: str) -> None:
    families = {family.name for family in text_string_to_metric_families(client.get("/metrics").text)}

    assert name in families


def test_commands_are_counted_by_name(client: Client) -> None:
    command(client, make_run(client), "reset")

    assert 'carveout_commands_total{command="reset"}' in client.get("/metrics").text
