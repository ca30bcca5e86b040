"""The pictures of the documentation are those that `make pictures` takes, and each is shown."""

from tests.docs.picture_list import ABSENT, SIZES, TWINS
from tests.docs.pictures import DOCS, GALLERY, LOST, SHEET, SHOWN
from tests.support import ROOT

TAKEN = [*(picture.name for picture in TWINS), GALLERY, LOST, SHEET]


def test_every_picture_is_named_by_page_size_and_theme_and_taken_once() -> None:
    assert len(set(TAKEN)) == len(TAKEN)
    assert all(picture.size in SIZES and picture.theme for picture in TWINS)
    assert not set(TAKEN) & set(ABSENT)


def test_every_picture_of_the_documentation_is_taken_and_shown() -> None:
    texts = [path.read_text() for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))]
    committed = {path.stem for path in DOCS.glob("*.png")}
    assert committed == set(SHOWN.values())
    assert set(SHOWN) <= set(TAKEN)
    assert [name for name in committed if not any(f"pictures/{name}.png" in text for text in texts)] == []
