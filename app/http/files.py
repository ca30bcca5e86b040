"""Static files. Each address with the fingerprint of the whole tree in it never changes; each file is packed once.

`/static/@<fingerprint>/lib/format.js` is kept by browsers for ever. A relative import or `url()` inside such a file
stays below the same fingerprint, so a new release is a new tree for the browser without a build step.
"""

import gzip
import hashlib
import mimetypes
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOREVER = "public, max-age=31536000, immutable"
ASK = "no-cache"
PACKED = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/wasm")
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".map": "application/json"}
LOOK_AGAIN = 1.0  # seconds: a file edited while the service runs is noticed after so long


@dataclass(frozen=True, slots=True)
class Packed:
    """One file as it is sent."""

    plain: bytes
    gzipped: bytes | None  # None where packing gains nothing
    media_type: str
    etag: str


@lru_cache(maxsize=512)
def pack(path: Path, _mtime_ns: int) -> Packed:
    """Read and pack a file; its time is an argument so that an edited file is packed again."""
    plain = path.read_bytes()
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(plain, 9, mtime=0) if media_type.startswith(PACKED) else None
    etag = hashlib.blake2b(plain, digest_size=10).hexdigest()
    return Packed(plain, packed, media_type, f'"{etag}"')


class StaticFiles:
    """The files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._fingerprint = ""
        self._looked = -LOOK_AGAIN

    def url(self, path: str) -> str:
        """The address to write into a page."""
        return f"/static/@{self.fingerprint()}/{path.lstrip('/')}"

    def fingerprint(self) -> str:
        """Ten hex digits that change with any file of the tree."""
        now = time.monotonic()
        if now - self._looked >= LOOK_AGAIN:
            self._looked = now
            files = sorted(path for path in self._folder.rglob("*") if path.is_file())
            about = "".join(f"{path.relative_to(self._folder)} {path.stat().st_mtime_ns}\n" for path in files)
            self._fingerprint = hashlib.blake2b(about.encode(), digest_size=5).hexdigest()
        return self._fingerprint

    def answer(self, request: Request, path: str) -> Response:
        """The response to a request for `path`, with or without a fingerprint. Raises 404."""
        wanted, _, rest = path.partition("/") if path.startswith("@") else ("", "", path)
        file = self._find(rest)
        packed = pack(file, file.stat().st_mtime_ns)
        fresh = wanted == f"@{self.fingerprint()}"
        headers = {"etag": packed.etag, "cache-control": FOREVER if fresh else ASK, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == packed.etag:
            return Response(status_code=304, headers=headers)
        if packed.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(
                packed.gzipped, media_type=packed.media_type, headers=headers | {"content-encoding": "gzip"}
            )
        return Response(packed.plain, media_type=packed.media_type, headers=headers)

    def _find(self, path: str) -> Path:
        file = (self._folder / path).resolve() if "\0" not in path else self._folder
        if not file.is_relative_to(self._folder) or not file.is_file():
            raise HTTPException(404, f"no static file {path[:80]!r}")
        return file
