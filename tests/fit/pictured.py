"""A small graph, and what a change does to it, for tests of pictures."""

from __future__ import annotations

from itertools import pairwise

from app.architecture.picture.collapse import collapse
from app.architecture.picture.drawing import Drawing, Limits
from app.core.fit.delta import Break, Cycle, Delta, Edge
from app.core.fit.source_facts import When

LAYERS = ("web", "flows", "core")


def edge(source: str, target: str, when: When = When.LOADING) -> Edge:
    return Edge(source, target, source, 3, when)


GRAPH = (
    edge("app/web/api.py", "app/flows/review.py"),
    edge("app/web/api.py", "app/web/health.py"),
    edge("app/flows/review.py", "app/core/model.py"),
    edge("app/flows/review.py", "app/core/text/globs.py"),
    edge("app/core/text/globs.py", "app/core/text/words.py"),
    edge("app/core/model.py", "app/settings.py", When.LAZY),
)
UP = edge("app/core/model.py", "app/web/api.py")
NEW = edge("app/web/health.py", "app/core/model.py")
GONE = edge("app/flows/old.py", "app/core/model.py")
CHANGE = Delta(
    new_edges=(UP, NEW),
    removed_edges=(GONE,),
    breaks=(Break("layers: core may not import web", "docs/adr/3.md", UP),),
    cycles=(Cycle(("app/core/model.py", "app/flows/review.py", "app/web/api.py"), (UP,), hard=True),),
)
MODULES = tuple(sorted({end for known in (*GRAPH, UP, NEW) for end in (known.source, known.target)}))
LAYER_OF = {
    module: layer for module in (*MODULES, GONE.source) for layer in LAYERS if module.startswith(f"app/{layer}/")
}


def changed(limits: Limits | None = None) -> Drawing:
    """The drawing of the change, in its layers."""
    return collapse(MODULES, (*GRAPH, UP, NEW), CHANGE, layers=LAYERS, layer_of=LAYER_OF, limits=limits)


HOSTILE = (
    'a"b.py',
    "x]y[.py",
    '%%{init: {"theme":"dark"}}%%.py',
    'click n1 "javascript:alert(1)"',
    "<img src=x onerror=alert(1)>.py",
    "`code`.py",
    "```.py",
    "new\nline.py",
    "end",
    "a\u202eb.py",
    "]]></style><script>x</script>",
    "&lt;b&gt;#quot;.py",
    "n1-->n2;",
    "a|b|.py",
    "\x00\x1b[31m.py",
    "\ud800\ufffe.py",
    "日本/ファイル.py",
)


def hostile() -> Drawing:
    """Modules, layers and rules with names that mean something to Mermaid, Markdown or XML."""
    edges = tuple(edge(source, target) for source, target in pairwise(HOSTILE))
    delta = Delta(new_edges=edges, breaks=(Break('forbid: "]<b> → %%```', "", edges[0]),))
    layer = 'x"]<b>\ny'
    return collapse(HOSTILE, edges, delta, layers=(layer, "end"), layer_of={HOSTILE[0]: layer, HOSTILE[1]: "end"})
