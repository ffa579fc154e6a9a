"""The page as HTML, from what was looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.hub.page.look import Look, Said, Thread, look_at
from app.hub.page.prose import Draw, Setting, draw_nothing, render_prose
from app.hub.page.sheet import Row, Sheet, anchor_of, read_sheets
from app.hub.page.unseen import reveal, show
from app.hub.state import PullRequest, Side
from app.hub.world import World

_REACTIONS = {
    "+1": "👍",
    "-1": "👎",
    "laugh": "😄",
    "confused": "😕",
    "heart": "❤️",
    "hooray": "🎉",
    "rocket": "🚀",
    "eyes": "👀",
}
_TONES = {
    "success": "good",
    "failure": "bad",
    "timed_out": "bad",
    "startup_failure": "bad",
    "action_required": "warn",
    "queued": "busy",
    "in_progress": "busy",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's page: the tokens of its form and scripts, and whom the form speaks for."""

    token: str
    nonce: str
    chosen: str = ""


class Desk:
    """A look with its diff: tells the template which threads stand where. None is lost."""

    def __init__(self, look: Look, draw: Draw) -> None:
        self._draw = draw
        self.sheets: Sequence[Sheet] = read_sheets(*look.range)
        self._paths = {sheet.path: sheet for sheet in self.sheets}
        self._prefix = f"{look.url}/{look.repository}/blob/{look.range[2]}/"
        self._marks = {mark for thread in look.threads for mark in thread.marks()}
        self._below: dict[tuple[str, Side, int], list[Thread]] = {}
        self._above: dict[str, list[Thread]] = {}
        self.astray: list[Thread] = []
        shown = {key for sheet in self.sheets for _, rows in sheet.hunks for row in rows for key in _keys(sheet, row)}
        for thread in look.threads:
            place = (thread.path, thread.side, thread.line or 0)
            if place in shown:
                self._below.setdefault(place, []).append(thread)
            elif thread.path in self._paths:
                self._above.setdefault(thread.path, []).append(thread)
            else:
                self.astray.append(thread)

    def above(self, sheet: Sheet) -> list[Thread]:
        """Threads about the file as a whole, or whose line is gone."""
        return self._above.get(sheet.path, [])

    def below(self, sheet: Sheet, row: Row) -> list[Thread]:
        """Threads that end on the line."""
        return [thread for key in _keys(sheet, row) for thread in self._below.get(key, [])]

    def marked(self, sheet: Sheet, row: Row) -> bool:
        """Whether a thread is about the line."""
        return any(key in self._marks for key in _keys(sheet, row))

    def locate(self, address: str) -> str | None:
        """The place on the page of a line of this head that it shows, or None."""
        if not address.startswith(self._prefix):
            return None
        path, _, line = address.removeprefix(self._prefix).partition("#L")
        path = unquote(path)
        if path not in self._paths:
            return None
        number = int(line) if line.isascii() and line.isdigit() and len(line) < 9 else 0
        keys = {key for _, rows in self._paths[path].hunks for row in rows for key in _keys(self._paths[path], row)}
        return f"#{anchor_of(path)}" + (f"-R{number}" if (path, "RIGHT", number) in keys else "")

    def prose(self, said: Said) -> Markup:
        """The words of a comment."""
        return render_prose(said.body, Setting(self.locate, said.path, said.replaces, self._draw))

    def markdown(self, text: str) -> Markup:
        """Words that stand on no line."""
        return render_prose(text, Setting(self.locate, draw=self._draw))


def _keys(sheet: Sheet, row: Row) -> list[tuple[str, Side, int]]:
    sides: tuple[tuple[Side, int | None], ...] = (("LEFT", row.old), ("RIGHT", row.new))
    return [(sheet.path, side, number) for side, number in sides if number is not None]


def render_pull(look: Look, visit: Visit | None, draw: Draw) -> str:
    """The page of a pull request; without a visit it has no forms and no script."""
    return _render("pull.html", visit, look=look, desk=Desk(look, draw))


def render_index(pulls: Mapping[str, Sequence[Any]], visit: Visit) -> str:
    """The list of repositories and their pull requests (number, title, state, login of the author)."""
    return _render("index.html", visit, pulls=pulls)


def render_refusal(status: int, words: Sequence[str], back: str, visit: Visit) -> str:
    """Why something was not done."""
    return _render("refusal.html", visit, status=status, words=words, back=back)


def render_static(world: World, pull: PullRequest, draw: Draw = draw_nothing) -> str:
    """One HTML file that shows the pull request as it is now, for good: nothing in it loads or runs anything."""
    return render_pull(look_at(world.hub, pull), None, draw)


def _render(name: str, visit: Visit | None, **parts: object) -> str:
    return _TEMPLATES.get_template(name).render(visit=visit, **parts)


def _reveal_plain(value: object) -> object:
    """Whatever a template writes passes here before it is escaped: unseen characters are shown everywhere."""
    return reveal(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _name_moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M}"


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    finalize=_reveal_plain,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "moment": _name_moment,
    "show": show,
    "tone": lambda word: _TONES.get(word, "still"),
    "hue": lambda login: sum(login.encode(errors="replace")) % 6,
    "emoji": lambda content: _REACTIONS.get(content, content),
}
