"""JSON as it is sent: as short as it can be."""

import json
from typing import Any


def dumps(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
