"""For ASGI servers: `uvicorn --factory app.main:create_app`. `carveout serve` is app/server.py."""

from app.application import create_app

__all__ = ["create_app"]
