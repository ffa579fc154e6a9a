from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from app.logs import configure_logs


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Whatever pytest has installed comes back."""
    root, app = logging.getLogger(), logging.getLogger("app")
    kept, levels = list(root.handlers), (root.level, app.level)
    yield
    root.handlers[:] = kept
    root.setLevel(levels[0])
    app.setLevel(levels[1])


@pytest.mark.parametrize("form", ["console", "json"])
def test_one_event_is_one_line_whatever_stands_in_it(form: str) -> None:
    stream = io.StringIO()
    configure_logs("json" if form == "json" else "console", "info", stream)

    logging.getLogger("app.web").info("title %s", 'x\n12:00 forged\r\x1b[31m{"a": 1}\u2028\u202e')

    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_json_lines_are_objects_with_their_traceback() -> None:
    stream = io.StringIO()
    configure_logs("json", "info", stream)
    try:
        raise ValueError("no\nway")
    except ValueError:
        logging.getLogger("app.jobs").exception("it broke")

    entry = json.loads(stream.getvalue())
    assert (entry["level"], entry["message"]) == ("error", "it broke")
    assert "ValueError" in entry["traceback"]


def test_a_traceback_on_the_console_keeps_its_lines_apart_from_events() -> None:
    stream = io.StringIO()
    configure_logs("console", "info", stream)
    try:
        raise ValueError("x")
    except ValueError:
        logging.getLogger("app").exception("it broke")

    first, *rest = stream.getvalue().splitlines()
    assert first.endswith("it broke")
    assert all(line.startswith("    ") for line in rest)


def test_libraries_are_silent_below_warning_and_levels_hold() -> None:
    stream = io.StringIO()
    configure_logs("console", "warning", stream)

    logging.getLogger("httpx").info("GET https://x.example/?token=1")
    logging.getLogger("app").info("quiet")
    logging.getLogger("app").warning("loud")

    assert stream.getvalue().endswith("loud\n")
    assert "quiet" not in stream.getvalue()
    assert "token" not in stream.getvalue()
