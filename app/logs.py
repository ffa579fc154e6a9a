"""Log lines: one event a line, whatever text is in it; for people (`console`) or for machines (`json`)."""

from __future__ import annotations

import json
import logging
import sys
from typing import Literal, TextIO

from app.core.text.unicode import reveal


def _line(text: str) -> str:
    """Text as one line: control characters, line ends and invisible format characters are shown, not obeyed."""
    return reveal(text.replace("\n", "⏎").replace("\r", "⏎"))


class ConsoleFormatter(logging.Formatter):
    """`12:03:04 INFO  app.flows.review.flow  message`; a traceback follows indented."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it."""
        when = self.formatTime(record, "%H:%M:%S")
        head = f"{when} {record.levelname:<7} {record.name}  {_line(record.getMessage())}"
        if not record.exc_info:
            return head
        trace = self.formatException(record.exc_info)
        return head + "".join(f"\n    {_line(line)}" for line in trace.split("\n"))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        entry = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True)


def configure_logs(form: Literal["console", "json"], level: str, stream: TextIO = sys.stderr) -> None:
    """Send every logger to `stream`. Libraries below warning are silent: they may log addresses with parameters."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(level.upper())
