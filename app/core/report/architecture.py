"""What the summary says about the architecture: a line with the verdict, the facts behind it, and a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from app.core.change.classes.classify import is_test
from app.core.fit.assessment import Fit, FitEvidence, Weighed
from app.core.fit.delta import ApiChange, ApiChangeKind, Delta, Edge, NewDependency, NotAnalysed
from app.core.fit.shape import Shape
from app.core.report.fitting import Graded, clip, clip_path
from app.core.report.report import Report
from app.core.report.telling_order import order_api
from app.core.text.markdown import Markdown, bullets, cell, code, details, fence, join, paragraphs, plain
from app.core.text.plural import count

MAX_LISTED = 15
MAX_NAMES = 8
MAX_TEXT = 240
MAX_NOT_ANALYSED = 5

_VERDICTS = {
    Fit.FITS: "it fits",
    Fit.FITS_WITH_CONCERNS: "it fits, with concerns",
    Fit.CONFLICTS: "it conflicts with the architecture",
    Fit.INSUFFICIENT_EVIDENCE: "nobody can tell",
}
_NONE = Markdown("")
_LEGEND = Markdown("<sub>Red breaks a rule, purple closes a cycle, green is new, dotted grey is gone.</sub>")
_STILL = "the module graph, public names and dependencies stay as they are."
STILL = Markdown(f"**Architecture:** {_STILL}")

Show = Callable[[str], str]
"""A path as it may be shown."""


def tell_architecture(report: Report) -> Graded:
    """The verdict and the facts in words, then what stands behind them, folded; nothing where nobody looked."""
    shape = report.shape
    if shape is None:
        return Graded((_NONE,))
    if _is_still(shape):
        return Graded((paragraphs(STILL, *_tell_unread(shape)), STILL))
    head = paragraphs(_verdict(shape), _facts(shape))
    folded = [_dimensions(shape, report.show_path), _lists(shape, report.show_path)]
    picture = _picture(shape)
    return Graded((paragraphs(head, *folded, picture), paragraphs(head, *folded), head, _verdict(shape)))


def _is_still(shape: Shape) -> bool:
    """Whether there is a graph, and nothing of it changes."""
    delta = shape.delta
    if delta is None or shape.assessment.model:
        return False
    told = (
        delta.breaks,
        delta.cycles,
        delta.new_edges,
        delta.removed_edges,
        delta.api,
        delta.dependencies,
        delta.twins,
    )
    return not any((*told, delta.moved, delta.mended))


def _tell_unread(shape: Shape) -> Iterator[Markdown]:
    if shape.delta is not None and any(item.changed for item in shape.delta.not_analysed):
        yield from _not_analysed(shape.delta.not_analysed)


def say_shape(shape: Shape) -> tuple[str, ...]:
    """The verdict and the facts for a terminal, a line each."""
    if _is_still(shape):
        return (_STILL,)
    verdict = say_verdict(shape).removeprefix("Architecture: ")
    return (verdict, *((say_facts(shape.delta),) if shape.delta else ()), *shape.notes)


def say_verdict(shape: Shape) -> str:
    """The verdict and why it is so, in sentences: `Architecture: it fits (confidence 80).` and the reasons."""
    assessment = shape.assessment
    sure = f" (confidence {assessment.confidence})" if assessment.model and assessment.confidence else ""
    reasons = [*assessment.because]
    if shape.missing:
        reasons.append(f"The module graph was not made: {shape.missing}.")
    if assessment.missing:
        reasons.append(f"No model weighed it: {assessment.missing}.")
    return " ".join([f"Architecture: {_VERDICTS[assessment.verdict]}{sure}.", *reasons])


def say_facts(delta: Delta) -> str:
    """What the graph shows, counted: `120 modules, 310 edges; 3 new edges, 1 edge gone; no rules declared; …`."""
    edges = [count(len(delta.new_edges), "new edge")] if delta.new_edges else []
    edges += [f"{count(len(delta.removed_edges), 'edge')} gone"] if delta.removed_edges else []
    told = [f"{count(delta.modules, 'module')}, {count(delta.edges, 'edge')}; {', '.join(edges) or 'no edge changes'}"]
    told.append(
        f"{count(delta.rules, 'rule')} checked, {len(delta.breaks):,} newly broken"
        if delta.rules
        else "no rules declared"
    )
    if delta.cycles:
        told.append(f"{count(len(delta.cycles), 'cycle')} new or grown")
    if delta.old_breaks:
        told.append(f"{count(len(delta.old_breaks), 'break')} of rules stood there before")
    if delta.mended:
        told.append(f"{count(len(delta.mended), 'break')} of rules {'is' if len(delta.mended) == 1 else 'are'} gone")
    if delta.unresolved_imports:
        told.append(
            f"{count(delta.unresolved_imports, 'import')} of {delta.internal_imports:,} in the repository not resolved"
        )
    return "; ".join(told) + "."


def _verdict(shape: Shape) -> Markdown:
    return Markdown("**") + plain(say_verdict(shape).partition(".")[0]) + Markdown(".**") + _rest(say_verdict(shape))


def _rest(sentence: str) -> Markdown:
    rest = sentence.partition(".")[2].strip()
    return Markdown(" ") + plain(rest) if rest else _NONE


def _facts(shape: Shape) -> Markdown:
    if shape.delta is None:
        return join([plain(note) for note in shape.notes], " ")
    notes = [plain(note) for note in shape.notes]
    return join([plain(say_facts(shape.delta)), *_not_analysed(shape.delta.not_analysed), *notes], " ")


def _not_analysed(items: Sequence[NotAnalysed]) -> Iterator[Markdown]:
    changed = [item for item in items if item.changed]
    if not items:
        return
    named = [code(clip_path(item.path)) + plain(f" ({item.reason})") for item in changed[:MAX_NOT_ANALYSED]]
    more = len(items) - len(named)
    tail = [plain(f"{count(more, 'other file')}")] if more and named else [plain(count(more, "file"))] if more else []
    yield Markdown("Not analysed: ") + join([*named, *tail], ", ") + Markdown(".")


def _dimensions(shape: Shape, show: Show) -> Markdown:
    rows = [item for item in shape.assessment.dimensions if item.note or item.score is not None]
    if not rows:
        return _NONE
    heading = Markdown("| dimension | score | note | evidence |\n| --- | :-: | --- | --- |")
    model = shape.assessment.model
    label = Markdown("How it was weighed") + (Markdown(" by ") + plain(model) if model else _NONE)
    return details(label, join([heading, *(_row(item, show) for item in rows)], "\n"))


def _row(item: Weighed, show: Show) -> Markdown:
    score = "–" if item.score is None else f"{item.score} of 4"
    note = cell(plain(clip(item.note, MAX_TEXT)))
    evidence = cell(join([_tell_evidence(one, show) for one in item.evidence[:3]], ", "))
    name = item.dimension.value.replace("_", " ")
    return Markdown(f"| {name} | {score} | {note} | {evidence} |")


def _tell_evidence(evidence: FitEvidence, show: Show) -> Markdown:
    place = f"{clip_path(show(evidence.path))}:{evidence.line}" if evidence.path else ""
    return join([code(part) for part in (evidence.fact, place) if part], " ")


def _lists(shape: Shape, show: Show) -> Markdown:
    """Edges, public names and dependencies, each as a list of places."""
    if shape.delta is None:
        return _NONE
    delta = shape.delta
    parts = [
        _list_edges("New edges", delta.new_edges, show),
        _list_edges("Edges that are gone", delta.removed_edges, show),
        _list_api(delta.api, show),
        _list_dependencies(delta.dependencies, show),
        _list(
            "Resembles what is there",
            (
                code(f"{clip(twin.name, 80)} {clip_path(show(twin.path))}:{twin.line}")
                + Markdown(" and ")
                + code(f"{clip(twin.other_name, 80)} {clip_path(show(twin.other_path))}:{twin.other_line}")
                for twin in delta.twins
            ),
            len(delta.twins),
        ),
    ]
    body = paragraphs(*parts)
    return details(Markdown("What changes in the module graph"), body) if body else _NONE


def _list(name: str, items: Iterable[Markdown], many: int, tail: Sequence[Markdown] = ()) -> Markdown:
    if not many and not tail:
        return _NONE
    shown = [item for item, _ in zip(items, range(MAX_LISTED), strict=False)]
    more = [Markdown(f"…and {many - len(shown):,} more")] if many > len(shown) else []
    return paragraphs(Markdown(f"**{name}**"), bullets([*shown, *more, *tail]))


def _list_edges(name: str, edges: Sequence[Edge], show: Show) -> Markdown:
    """Edges of code one by one, those of tests counted: a test that uses what it tests is no news."""
    told = [edge for edge in edges if not is_test(edge.path)]
    tests = len(edges) - len(told)
    tail = [Markdown(f"{'…and ' if told else ''}{tests:,} of tests")] if tests else []
    return _list(name, (_tell_edge(edge, show) for edge in told), len(told), tail)


def _list_api(changes: Sequence[ApiChange], show: Show) -> Markdown:
    """Names that others may miss one by one, new ones in a line."""
    told = [item for item in order_api(changes) if item.kind is not ApiChangeKind.ADDED]
    added = [item.name for item in changes if item.kind is ApiChangeKind.ADDED]
    return _list("Public names", (_tell_api(item, show) for item in told), len(told), _count_names("new", added))


def _list_dependencies(dependencies: Sequence[NewDependency], show: Show) -> Markdown:
    """Packages that are asked for one by one, those that come with them in a line."""
    told = [item for item in dependencies if not item.indirect]
    others = [item.name for item in dependencies if item.indirect]
    tail = _count_names("that others need", others)
    return _list("New dependencies", (_tell_dependency(item, show) for item in told), len(told), tail)


def _count_names(what: str, names: Sequence[str]) -> list[Markdown]:
    if not names:
        return []
    shown = join([code(clip(name, 100)) for name in names[:MAX_NAMES]], ", ")
    more = f" and {len(names) - MAX_NAMES:,} more" if len(names) > MAX_NAMES else ""
    return [Markdown(f"{len(names):,} {what}: ") + shown + Markdown(more)]


def _tell_edge(edge: Edge, show: Show) -> Markdown:
    through = Markdown(" through ") + code(clip_path(show(edge.through))) if edge.through else _NONE
    source = code(f"{clip_path(show(edge.path))}:{edge.line}")
    return source + Markdown(" → ") + code(clip_path(show(edge.target_path or edge.target))) + through


def say_kind(item: ApiChange) -> str:
    """What became of a public name: `removed`, `changed its signature`."""
    return "changed its signature" if item.kind is ApiChangeKind.SIGNATURE else item.kind.value


def _tell_api(item: ApiChange, show: Show) -> Markdown:
    used = (
        f", in a file that {count(item.users, 'module')} {'uses' if item.users == 1 else 'use'}" if item.users else ""
    )
    place = code(f"{clip_path(show(item.path))}:{item.line}")
    moved = Markdown(", now in ") + code(clip_path(show(item.moved_to))) if item.moved_to else _NONE
    return code(clip(item.name, 100)) + Markdown(f" {say_kind(item)} at ") + place + moved + Markdown(used)


def _tell_dependency(item: NewDependency, show: Show) -> Markdown:
    version = Markdown(" ") + code(clip(item.version, 60)) if item.version else _NONE
    asked = (
        Markdown(" at ") + code(f"{clip_path(show(item.path))}:{item.line}")
        if item.path
        else Markdown(" in no manifest")
    )
    used = (
        Markdown(", first used at ") + code(f"{clip_path(show(item.used_at[0]))}:{item.used_at[1]}")
        if item.used_at
        else _NONE
    )
    return code(clip(item.name, 100)) + version + Markdown(f" ({item.ecosystem})") + asked + used


def _picture(shape: Shape) -> Markdown:
    if not shape.mermaid:
        return _NONE
    return details(
        Markdown("The modules that this change touches"), paragraphs(fence(shape.mermaid, "mermaid"), _LEGEND)
    )
