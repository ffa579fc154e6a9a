"""What is drawn of graphs: the modules that a change touches, or all of one tree, collapsed until it can be read."""

from __future__ import annotations

from app.architecture.delta import make_edge
from app.architecture.graph import Graph
from app.architecture.picture.collapse import collapse
from app.architecture.picture.drawing import Drawing, Limits
from app.architecture.rules import Rules
from app.core.fit.delta import Delta
from app.core.gate.policy import ArchitecturePolicy


def draw(graph: Graph, delta: Delta, policy: ArchitecturePolicy, limits: Limits | None = None) -> Drawing:
    """The drawing of a graph at head with what the delta says of it, in the layers of the policy."""
    rules = Rules(policy)
    names = [layer.name for layer in policy.layers]
    layer_of = {
        module: names[number]
        for module, files in graph.modules.items()
        if files and (number := rules.find_layer(files[0])) is not None
    }
    edges = [
        make_edge(source, target, site) for source, targets in graph.edges.items() for target, site in targets.items()
    ]
    return collapse(graph.modules, edges, delta, layers=names, layer_of=layer_of, limits=limits)
