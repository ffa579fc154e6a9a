"""Text from a change or a model, as a terminal may have it."""

from __future__ import annotations

from rich.text import Text

from app.core.text.unicode import reveal


def shown(text: str, style: str = "") -> Text:
    """Untrusted text: no markup, no escape sequences, nothing invisible."""
    return Text("\n".join(reveal(line) for line in text.split("\n")), style=style)
