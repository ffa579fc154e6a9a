"""Colours, lines and words of an SVG. Every rule is held within the picture: it may stand inside a page."""

from __future__ import annotations

from app.architecture.picture.drawing import LinkKind

_OF_A_CHANGE = {
    LinkKind.BROKEN: "new, breaks a rule",
    LinkKind.CYCLE: "new, makes a cycle",
    LinkKind.NEW: "new",
    LinkKind.REMOVED: "removed",
    LinkKind.OLD_BREAK: "breaks a rule, as before",
    LinkKind.OLD: "as before",
}
_OF_A_STATE = {LinkKind.OLD_BREAK: "breaks a rule", LinkKind.OLD: "depends on"}


def name_kind(kind: LinkKind, *, change: bool) -> str:
    """What a kind of link is called, in a drawing of a change or of how things stand."""
    return _OF_A_CHANGE[kind] if change else _OF_A_STATE.get(kind, _OF_A_CHANGE[kind])


_LIGHT = {
    "ground": "#ffffff",
    "band": "#f3f5f8",
    "band2": "#eaeef3",
    "text": "#1f2328",
    "faint": "#59636e",
    "box": "#ffffff",
    "edge": "#b5bec9",
    "old": "#9aa5b1",
    "touched": "#0969da",
    "touchedbox": "#eef6ff",
    "new": "#1a7f37",
    "cycle": "#8250df",
    "broken": "#cf222e",
    "brokenbox": "#fff0ef",
    "known": "#9a6700",
    "removed": "#8c959f",
}
_DARK = {
    "ground": "#0d1117",
    "band": "#151b23",
    "band2": "#1b222c",
    "text": "#e6edf3",
    "faint": "#9198a1",
    "box": "#0d1117",
    "edge": "#3d444d",
    "old": "#59636e",
    "touched": "#4493f8",
    "touchedbox": "#0c2340",
    "new": "#3fb950",
    "cycle": "#a371f7",
    "broken": "#f85149",
    "brokenbox": "#36161a",
    "known": "#d29922",
    "removed": "#656c76",
}


def _variables(colours: dict[str, str]) -> str:
    return ".lintel-architecture{" + "".join(f"--{name}:{colour};" for name, colour in colours.items()) + "}"


_RULES = """
.ground{fill:var(--ground)}
.band.even{fill:var(--band)}
.band.odd{fill:var(--band2)}
.band.free{fill:none}
text{fill:var(--text);font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.layer{font-weight:600;fill:var(--faint)}
.name,.small,.note{text-anchor:middle}
.small,.legend{font-size:10px;fill:var(--faint)}
.node rect{fill:var(--box);stroke:var(--edge)}
.node.touched rect{fill:var(--touchedbox);stroke:var(--touched);stroke-width:1.5}
.node.hurt rect{fill:var(--brokenbox);stroke:var(--broken);stroke-width:2}
.node.gone rect{stroke:var(--removed);stroke-dasharray:4 3}
.node.gone .name{text-decoration:line-through;fill:var(--faint)}
.link{fill:none;stroke:var(--old)}
.link.new{stroke:var(--new);stroke-width:2}
.link.cycle{stroke:var(--cycle);stroke-width:2.5}
.link.broken{stroke:var(--broken);stroke-width:3}
.link.old_break{stroke:var(--known);stroke-width:1.5}
.link.removed{stroke:var(--removed);stroke-dasharray:2 4;stroke-width:1.5}
.link.soft{stroke-dasharray:6 4}
marker path{fill:var(--old)}
marker.new path{fill:var(--new)}
marker.cycle path{fill:var(--cycle)}
marker.broken path{fill:var(--broken)}
marker.old_break path{fill:var(--known)}
marker.removed path{fill:var(--removed)}
.note{font-size:11px;font-weight:600;fill:var(--broken);stroke:var(--ground);stroke-width:4;paint-order:stroke}
.note.cycle{fill:var(--cycle)}
"""


def _scoped(rules: str) -> str:
    lines = []
    for rule in rules.strip().splitlines():
        selectors, body = rule.split("{", 1)
        lines.append(",".join(f".lintel-architecture {part}" for part in selectors.split(",")) + "{" + body)
    return "\n".join(lines)


_DARKENED = f"@media (prefers-color-scheme:dark){{{_variables(_DARK)}}}"
STYLE = f"<style>\n{_variables(_LIGHT)}\n{_DARKENED}\n{_scoped(_RULES)}\n</style>"
"""The element `style` of a picture."""
