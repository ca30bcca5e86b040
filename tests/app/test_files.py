import gzip
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.http.files import FOREVER, StaticFiles


@pytest.fixture
def files(tmp_path: Path) -> StaticFiles:
    folder = tmp_path / "static"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "format.js").write_text("export const one = 1\n" * 100)
    (folder / "font.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret.txt").write_text("secret")
    return StaticFiles(folder)


def asking(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


def test_an_address_with_the_fingerprint_is_kept_for_ever(files: StaticFiles) -> None:
    path = files.url("lib/format.js").removeprefix("/static/")

    answer = files.answer(asking(), path)

    assert (answer.headers["cache-control"], answer.media_type) == (FOREVER, "text/javascript")


def test_a_relative_import_stays_below_the_fingerprint(files: StaticFiles) -> None:
    address = files.url("app.js")

    sibling = address.rsplit("/", 1)[0] + "/lib/format.js"

    assert sibling == files.url("lib/format.js")


@pytest.mark.parametrize("path", ["lib/format.js", "@0000000000/lib/format.js"])
def test_an_address_without_the_right_fingerprint_is_asked_for_again(files: StaticFiles, path: str) -> None:
    assert files.answer(asking(), path).headers["cache-control"] == "no-cache"


def test_text_is_sent_packed_to_who_can_unpack_it(files: StaticFiles) -> None:
    answer = files.answer(asking(accept_encoding="gzip, br"), "lib/format.js")

    assert gzip.decompress(bytes(answer.body)).startswith(b"export const one")


def test_fonts_are_sent_as_they_are(files: StaticFiles) -> None:
    assert "content-encoding" not in files.answer(asking(accept_encoding="gzip"), "font.woff2").headers


def test_an_unchanged_file_is_not_sent_again(files: StaticFiles) -> None:
    etag = files.answer(asking(), "lib/format.js").headers["etag"]

    assert files.answer(asking(if_none_match=etag), "lib/format.js").status_code == 304


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "lib/../../secret.txt", "/etc/hostname", "lib", "", "no.js", "a\0b", "@x/../../secret.txt"],
)
def test_nothing_outside_the_folder_is_served(files: StaticFiles, path: str) -> None:
    with pytest.raises(HTTPException) as refused:
        files.answer(asking(), path)

    assert refused.value.status_code == 404
