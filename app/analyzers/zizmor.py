"""Holes that zizmor finds in workflows, actions and the settings of Dependabot and pre-commit, in our words.

The change cannot configure it. What it reads: https://docs.zizmor.sh/usage/#input-collection.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

from app.analyzers.analyzer import Analyzer
from app.analyzers.difference import Diagnostic, Spot
from app.analyzers.sandbox import ToolFailed
from app.analyzers.tool import Tool
from app.core.change.diff import FilePatch, FileStatus
from app.core.findings.finding import Claim, Severity, Source

ARGUMENTS = (
    "--offline",
    "--no-config",
    "--no-ignores",
    "--strict-collection",  # else a file it cannot read would count as one without findings
    "--no-exit-codes",
    "--no-progress",
    "--color=never",
    "--quiet",
    "--format=json-v1",
    "--min-confidence=medium",
)
_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_ACTION = frozenset({"action.yml", "action.yaml"})
_UPDATES = frozenset({".github/dependabot.yml", ".github/dependabot.yaml"})
_HOOKS = frozenset({".pre-commit-config.yaml", ".pre-commit-hooks.yaml"})
_IDENT = re.compile(r"[a-z0-9-]{1,80}")
_SEVERITIES = {"High": Severity.MEDIUM, "Medium": Severity.MEDIUM, "Low": Severity.LOW, "Informational": Severity.NIT}
_CONFIDENCES = {"High": 90, "Medium": 70}

_OTHER = ("This is set up in a way that zizmor warns of", "Look the rule up before merging this.")
_WORDS = {
    "template-injection": (
        "Text from outside becomes part of a script",
        "The expression is pasted in before the shell reads it: whoever writes that text can run commands in this job.",
    ),
    "dangerous-triggers": (
        "The trigger runs with the base repository's rights for anybody's pull request",
        "Code or text from a fork that reaches any step runs with this repository's secrets and write token.",
    ),
    "unpinned-uses": (
        "An action is used by a name that can move",
        "Its owner, or whoever takes over the account, can change what runs here. Pin the full commit SHA.",
    ),
    "unpinned-images": (
        "An image is used by a name that can move",
        "What runs here can change without a commit in this repository. Pin the digest.",
    ),
    "excessive-permissions": (
        "The job's token may do more than it needs",
        "Every step and action in it can use those rights. Grant what is used, job by job.",
    ),
    "overprovisioned-secrets": (
        "A step is given all secrets at once",
        "Name the one it needs: what it does not get it cannot leak.",
    ),
    "secrets-inherit": ("A called workflow inherits every secret", "Pass those it needs by name."),
    "hardcoded-container-credentials": (
        "A registry password stands in the workflow",
        "Everybody who can read the repository has it. Replace it and use a secret.",
    ),
    "insecure-commands": (
        "Workflow commands on the output are switched on",
        "Any text a step prints can then set variables and paths of later steps.",
    ),
    "github-env": (
        "A step writes to the environment of later steps from text it does not control",
        "A line break in that text sets a variable such as LD_PRELOAD and runs code.",
    ),
    "cache-poisoning": (
        "A release build takes files from a shared cache",
        "A job with fewer rights can put something into that cache which this one publishes.",
    ),
    "bot-conditions": (
        "A bot is recognised by a name that can be forged",
        "The actor of a run is not always who wrote the change.",
    ),
    "unsound-contains": (
        "`contains` on a text matches more than it should",
        "A branch whose name is part of that text passes the check too. Compare against a JSON array.",
    ),
    "unsound-condition": ("A condition is always true", "It is a non-empty text around an expression, not a test."),
    "unredacted-secrets": (
        "A secret is taken apart, and its parts are not masked in the log",
        "Masking knows the whole secret only.",
    ),
    "ref-confusion": ("A reference is both a branch and a tag", "Which one runs is not what it seems."),
    "impostor-commit": ("A pinned commit is not part of that repository", "It comes from a fork of it."),
    "known-vulnerable-actions": ("An action has a known hole", "Use a version in which it is mended."),
    "use-trusted-publishing": (
        "A package is published with a long-lived token",
        "A short-lived one by OpenID Connect cannot be stolen for later.",
    ),
    "dependabot-execution": (
        "Updates may run code of the packages they look at",
        "A package that somebody took over then runs in the update, with whatever that can reach.",
    ),
    "dependabot-cooldown": (
        "New versions are taken on the day they appear",
        "Bad releases are mostly found within days. A cooldown of a week lets others find them.",
    ),
    "insecure-url-scheme": (
        "Code is fetched without TLS",
        "Whoever sits on the way can put in something else, and it is run here.",
    ),
    "unsound-ternary": (
        "A choice of the form `a && b || c` never gives `b`",
        "`b` counts as false there, so the third value is used always.",
    ),
    "typosquat-uses": (
        "An action has nearly the name of a well-known one",
        "It may be a mistake in typing that somebody waits for. See that this owner and name are meant.",
    ),
    "adhoc-packages": (
        "A package is installed outside any lockfile",
        "What is installed can change without a commit in this repository.",
    ),
    "artipacked": (
        "The checkout leaves its token on disk",
        "Later steps, and whatever is uploaded, can contain it. Set persist-credentials to false.",
    ),
}


def _wants(file: FilePatch) -> bool:
    readable = not (file.binary or file.symlink or file.submodule)
    if not readable or file.status is FileStatus.REMOVED:
        return False
    return _WORKFLOW.fullmatch(file.path) is not None or _own_name(file.path) is not None


def _place(number: int, path: str) -> str:
    return f"{number:05d}/{_own_name(path) or '.github/workflows/workflow.yml'}"


def _own_name(path: str) -> str | None:
    """The name by which zizmor knows what kind of file it is, of any but a workflow."""
    if path in _UPDATES:
        return ".github/dependabot.yml"
    if path in _HOOKS:
        return path
    # A workflow may be called so too.
    is_action = PurePosixPath(path).name in _ACTION and _WORKFLOW.fullmatch(path) is None
    return "action.yml" if is_action else None


def _parse(stdout: bytes) -> list[tuple[str, Diagnostic]]:
    try:
        return [item for row in json.loads(stdout) for item in _diagnostics(row)]
    except (ValueError, KeyError, TypeError) as error:
        raise ToolFailed("zizmor answered in a form that Lintel does not know") from error


def _diagnostics(row: dict[str, Any]) -> list[tuple[str, Diagnostic]]:
    """One for each primary place; the detail carries severity and confidence, which differ by occurrence."""
    ident = row["ident"]
    if not _IDENT.fullmatch(ident):
        raise ValueError("not the name of a rule")
    determined = row["determinations"]
    found: list[tuple[str, Diagnostic]] = []
    for location in row["locations"]:
        if location["symbolic"]["kind"] != "Primary":
            continue
        begin, end = (location["concrete"]["location"][point] for point in ("start_point", "end_point"))
        first, last = int(begin["row"]) + 1, int(end["row"]) + 1
        if last > first and end["column"] == 0:
            last -= 1
        detail = f"{determined['severity']} {determined['confidence']}"
        path = location["symbolic"]["key"]["Local"]["verbatim_path"]
        found.append((path, Diagnostic(rule=ident, first=first, last=last, detail=detail)))
    return found


def _claim(path: str, item: Diagnostic, spot: Spot) -> Claim:
    severity, _, confidence = item.detail.partition(" ")
    title, body = _WORDS.get(item.rule, _OTHER)
    return Claim(
        path=path,
        start_line=spot.start_line,
        line=spot.line,
        quote=spot.quote,
        severity=_SEVERITIES.get(severity, Severity.LOW),
        category="security",
        confidence=_CONFIDENCES.get(confidence, 50),
        title=title,
        body=f"{body} (zizmor: {item.rule})",
        source=Source.ANALYZER,
        rule=f"zizmor:{item.rule}",
    )


ANALYZER = Analyzer(
    name="zizmor", wants=_wants, run=Tool("zizmor", ARGUMENTS, place=_place, parse=_parse, claim=_claim).run
)
