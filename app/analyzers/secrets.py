"""Secrets that the change brings in, as findings. They were found, and taken out, when the change was redacted."""

from __future__ import annotations

from collections.abc import Sequence

from app.analyzers.analyzer import Analyzer, AnalyzerReport, ChangedFile, Limits, Unanalyzed
from app.core.change.diff import FilePatch, LineKind
from app.core.findings.finding import Claim, Severity, Source
from app.core.secrecy.names import NameSecret
from app.core.secrecy.redaction import PatchSecret

_BODY = (
    "Whoever can read this repository, now or later, can use it: taking it out in a later commit does not take it out "
    "of the history. Revoke it where it was issued, put a new one where the program can fetch it at run time, and "
    "rewrite this branch. What kind it is was told by its shape (rule {rule}); nobody has tried it."
)


def _wants(file: FilePatch) -> bool:
    # A name is there to be read even where nothing else is.
    return not (file.binary or file.submodule) or file.shown_as is not None


async def _run(files: Sequence[ChangedFile], limits: Limits) -> AnalyzerReport:
    del limits  # redaction has done the work
    readable = [file for file in files if file.patch.fault is None]
    return AnalyzerReport(
        claims=(
            *(_claim(file, secret) for file in readable for secret in file.secrets if _new(secret)),
            *(_claim_name(secret) for file in files for secret in file.names),
        ),
        analyzed=frozenset(file.path for file in readable),
        failures=tuple(Unanalyzed(file.path, "its change could not be read") for file in files if file.patch.fault),
    )


def _new(secret: PatchSecret) -> bool:
    return secret.kind is LineKind.ADDED


def _claim(file: ChangedFile, secret: PatchSecret) -> Claim:
    kind = secret.rule.replace("-", " ")
    shown = f", beginning with {secret.hint}" if secret.hint else ""
    return Claim(
        path=secret.path,
        side=secret.side,
        start_line=secret.start_line if secret.start_line < secret.line else None,
        line=secret.line,
        quote=file.patch.commentable[secret.side, secret.start_line][1].text,
        severity=Severity.HIGH,
        category="secret",
        confidence=90,
        title=f"A secret is committed: {kind}{shown}",
        body=_BODY.format(rule=secret.rule),
        source=Source.SECRETS,
        rule=f"secrets:{secret.rule}",
    )


def _claim_name(secret: NameSecret) -> Claim:
    return Claim(
        path=secret.path,
        severity=Severity.HIGH,
        category="secret",
        confidence=90,
        title=f"The name of a file holds a secret: {secret.rule.replace('-', ' ')}",
        body=_BODY.format(rule=secret.rule),
        source=Source.SECRETS,
        rule=f"secrets:{secret.rule}",
    )


ANALYZER = Analyzer(name="secrets", wants=_wants, run=_run, reads=False, source=Source.SECRETS)
