"""What a lens answers: the schema it is asked for, and the way from its reply to claims.

The schema is static (a new one costs the API a compilation and every prompt its cache), keeps to the API's subset of
JSON Schema (closed objects, every field required, no ranges or lengths;
https://platform.claude.com/docs/en/build-with-claude/structured-outputs) and has evidence stand before judgement,
because a model writes its fields in order.

What comes back is untrusted. Its form must be right as a whole, or the reply is refused; its numbers and lengths are
put in order one by one, so that one odd number does not cost all other findings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from jsonschema import Draft202012Validator

from app.core.change.diff import Side
from app.core.findings.finding import Claim, Pointer, Severity, Source
from app.core.model import Failure, FailureKind, ModelFailed, Reply
from app.core.rules.answer import RuleAnswer, RuleVerdict
from app.lenses.schema import closed

CATEGORIES: Final = (
    "logic",
    "edge-case",
    "error-handling",
    "state",
    "concurrency",
    "resource",
    "data-loss",
    "contract",
    "security",
    "privacy",
    "performance",
    "test",
    "steering",
    "rule",
)
_TEXT: Final = {"type": "string"}
_SIDE: Final = {"type": "string", "enum": ["R", "L"]}


def _enabling(number: str) -> dict[str, Any]:
    """The changed line that causes or exposes a fault which shows on another; null for a fault of a changed line."""
    place = {"path": _TEXT, "side": _SIDE, "line": {"type": number}, "quote": _TEXT}
    return {"anyOf": [closed(place), {"type": "null"}]}


_FINDING: Final[dict[str, Any]] = {
    "path": _TEXT,
    "side": _SIDE,
    "start_line": {"type": "integer"},
    "end_line": {"type": "integer"},
    "quote": _TEXT,
    "enabled_by": _enabling("integer"),
    "title": _TEXT,
    "trigger": _TEXT,
    "consequence": _TEXT,
    "category": {"type": "string", "enum": list(CATEGORIES)},
    "rule_id": {"anyOf": [_TEXT, {"type": "null"}]},
    "introduced_by_pr": {"type": "boolean"},
    "severity": {"type": "string", "enum": [severity.value for severity in Severity]},
    "confidence": {"type": "integer"},
    "suggestion": {"type": "null"},
}

_RULE: Final[dict[str, Any]] = {
    "rule_id": _TEXT,
    "quote": _TEXT,
    "verdict": {"type": "string", "enum": [verdict.value for verdict in RuleVerdict]},
}
_RULES: Final = {"type": "array", "items": closed(_RULE)}
_REPLY: Final = {"findings": {"type": "array", "items": closed(_FINDING)}, "rules_checked": _RULES}

SCHEMA: Final[Mapping[str, Any]] = closed(_REPLY)
"""What is asked for by every lens: another schema would have a cache of its own."""

_NUMBERS: Final = {name: {"type": "number"} for name in ("start_line", "end_line", "confidence")}
# What may be null may be missing: whoever is asked about rules counts the answers, and null says nothing anyhow.
_OPTIONAL: Final = {"rule_id", "enabled_by"}
_TAKEN: Final = closed(_FINDING | _NUMBERS | {"enabled_by": _enabling("number")}) | {
    "required": [name for name in _FINDING if name not in _OPTIONAL]
}
_CHECK: Final = Draft202012Validator(
    closed(_REPLY | {"findings": {"type": "array", "items": _TAKEN}}) | {"required": ["findings"]}
)

REPLY_BYTES = 5 * 1024 * 1024
FINDINGS = 500
TITLE_CHARACTERS = 200
TEXT_CHARACTERS = 4_000
PATH_CHARACTERS = 4_096
QUOTE_CHARACTERS = 8_192
LAST_LINE = 10_000_000
OLD_CONFIDENCE = 30
"""The most confidence a claim about code that was there before can have: it is kept, and seldom survives a cut."""

DOUBT = "The reviewer thinks that this was there before the change."
"""What the body of such a claim ends with: it is for people, and no second reader is told."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def read_findings(reply: Reply) -> list[Claim]:
    """The claims of a reply, in its order.

    Raises `ModelFailed` (malformed) for a reply that is too large, not JSON, has NaN or lone surrogates, breaks the
    schema, or holds more than `FINDINGS` findings: none of these may pass for "nothing found".
    """
    return [claim for claim, _ in read_cited(reply)[0]]


def read_cited(reply: Reply) -> tuple[list[tuple[Claim, str | None]], list[RuleAnswer]]:
    """The claims of a reply, each with the id of the rule that it says is broken, and its answers about rules.

    Raises as `read_findings` does.
    """
    value = _parse(reply.text)
    claims = [(_claim(finding), finding.get("rule_id")) for finding in value["findings"]]
    checked = value.get("rules_checked", ())
    answers = [RuleAnswer(one["rule_id"], RuleVerdict(one["verdict"]), _clean(one["quote"])) for one in checked]
    return claims, answers


def _parse(text: str) -> dict[str, Any]:
    """The reply as checked JSON."""
    if len(text) > REPLY_BYTES or len(text.encode("utf-8", "surrogatepass")) > REPLY_BYTES:
        _refuse(f"more than {REPLY_BYTES} bytes")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        unpaired = _SURROGATE.search(json.dumps(value, ensure_ascii=False)) is not None
    except ValueError:
        _refuse("not JSON")
    except RecursionError:
        _refuse("nested too deep")
    if unpaired:
        _refuse("a lone surrogate")
    for name in _REPLY:
        listed = value.get(name) if isinstance(value, dict) else None
        if isinstance(listed, list) and len(listed) > FINDINGS:
            _refuse(f"{len(listed)} {name}, more than {FINDINGS}")
    error = next(_CHECK.iter_errors(value), None)
    if error is not None:
        place = "/".join(str(step) for step in error.absolute_schema_path)
        _refuse(f"not what the schema asks for, at {place}")
    checked: dict[str, Any] = value
    return checked


def _claim(finding: Mapping[str, Any]) -> Claim:
    """One finding with its numbers and lengths in order."""
    start, end = _read_line(finding["start_line"]), _read_line(finding["end_line"])
    lines = sorted(line for line in (start, end) if line is not None)
    confidence = _read_confidence(finding["confidence"])
    body = [_tidy(finding["trigger"], TEXT_CHARACTERS), _tidy(finding["consequence"], TEXT_CHARACTERS)]
    if not finding["introduced_by_pr"]:
        confidence = min(confidence, OLD_CONFIDENCE)
        body.append(DOUBT)
    title = " ".join(_tidy(finding["title"], TITLE_CHARACTERS).split())
    return Claim(
        path=_tidy(finding["path"], PATH_CHARACTERS),
        side=Side.LEFT if finding["side"] == "L" else Side.RIGHT,
        start_line=lines[0] if len(lines) == 2 and lines[0] != lines[1] else None,
        line=lines[-1] if lines else None,
        quote=_read_quote(finding["quote"]),
        severity=Severity(finding["severity"]),
        category=finding["category"],
        confidence=confidence,
        title=title or f"Unnamed {finding['category']} finding",
        body="\n\n".join(part for part in body if part),
        source=Source.MODEL,
        introduced=finding["introduced_by_pr"],
        enabled_by=_read_pointer(finding.get("enabled_by")),
    )


def _read_pointer(place: Mapping[str, Any] | None) -> Pointer | None:
    """The line that a finding names beside its own."""
    if place is None:
        return None
    return Pointer(
        path=_tidy(place["path"], PATH_CHARACTERS),
        side=Side.LEFT if place["side"] == "L" else Side.RIGHT,
        line=_read_line(place["line"]),
        quote=_read_quote(place["quote"]),
    )


def _read_line(number: float) -> int | None:
    """A line number that a file can have, or None."""
    return int(number) if 1 <= number <= LAST_LINE else None


def _read_confidence(number: float) -> int:
    """A confidence between 0 and 100."""
    return int(max(0, min(100, number)))


def _read_quote(text: str) -> str:
    """The first line that is not blank, without its line end; its indentation belongs to it."""
    lines = (line.rstrip("\r") for line in text.split("\n"))
    return _clean(next((line for line in lines if line.strip()), ""))[:QUOTE_CHARACTERS]


def _clean(text: str) -> str:
    """Text without control characters but tab and line feed, which PostgreSQL or a terminal would trip over."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))


def _tidy(text: str, characters: int) -> str:
    """Clean text without outer space, cut to a length that can be shown."""
    whole = _clean(text).strip()
    return whole if len(whole) <= characters else f"{whole[: characters - 1]}…"


def _refuse_constant(name: str) -> NoReturn:
    """`NaN`, `Infinity` and `-Infinity` are not JSON, though Python reads them."""
    _refuse(f"{name} is not JSON")


def _refuse(what: str) -> NoReturn:
    """The reply cannot be used. `what` holds nothing that the model wrote."""
    raise ModelFailed(Failure(FailureKind.MALFORMED, f"the reply is {what}", passing=False))
