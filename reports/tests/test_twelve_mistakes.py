"""docs/mistakes.md says what the command prints today."""

import pytest

from reports.tests.twelve_mistakes import MISTAKES, PAGE, page


def test_the_page_is_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = page()
    assert text == PAGE.read_text(encoding="utf-8"), "python -m reports.tests.twelve_mistakes"
    for _, function, _, _ in MISTAKES:
        _, _, told = text.partition(f"\n{function}: wrong (")
        assert "\n  mistake: " in told.partition("\n  again: ")[0], function
