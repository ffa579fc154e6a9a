"""What a branch asks for before a merge, from its rulesets and its classic protection."""

from __future__ import annotations

from typing import Final

from app.core.gate.enforcement import Requirement, Requirements
from app.github.errors import Forbidden, GitHubError, NotFound
from app.github.payloads import Answer
from app.github.reading import Reader, quoted

_REQUIRED_CHECKS: Final = "required_status_checks"
_OFF: Final = "off"


class RuleCheck(Answer):
    """A check that a ruleset asks for; without `integration_id` from any source."""

    context: str
    integration_id: int | None = None


class RuleParameters(Answer):
    """The parameters of a rule, whatever its type: those of one kind."""

    required_status_checks: tuple[RuleCheck, ...] = ()


class Rule(Answer):
    """A rule in force for a branch."""

    type: str
    parameters: RuleParameters | None = None


class ClassicCheck(Answer):
    """A check that classic protection asks for; `app_id` -1 or null: from any source."""

    context: str
    app_id: int | None = None


class ClassicChecks(Answer):
    """The checks of classic protection. Servers that know no sources have `contexts` alone."""

    enforcement_level: str = ""
    contexts: tuple[str, ...] = ()
    checks: tuple[ClassicCheck, ...] = ()


class Protection(Answer):
    """Classic protection, as whoever may read the contents sees it."""

    enabled: bool | None = None
    required_status_checks: ClassicChecks | None = None


class ProtectedBranch(Answer):
    """A branch; `protection` is left out where it must not be seen."""

    protected: bool = False
    protection: Protection | None = None


async def read_requirements(repo: Reader, branch: str) -> Requirements:
    """The checks that a branch asks for. Never raises for what GitHub says: that is `unread`.

    Only active rulesets are listed (https://docs.github.com/rest/repos/rules#get-rules-for-a-branch).
    """
    required: list[Requirement] = []
    unread: list[str] = []
    try:
        rules = await repo.list_all(f"/rules/branches/{quoted(branch)}", Rule)
        required += [
            Requirement(check.context, check.integration_id)
            for rule in rules
            if rule.type == _REQUIRED_CHECKS and rule.parameters is not None
            for check in rule.parameters.required_status_checks
        ]
    except GitHubError as error:
        unread.append(_say("the rulesets", "metadata: read", error))
    try:
        found = await repo.get(f"/branches/{quoted(branch)}", ProtectedBranch)
        if found.protected and found.protection is None:
            unread.append("the branch's protection cannot be read (the permission administration: read is missing)")
        elif found.protection is not None and found.protection.required_status_checks is not None:
            required += list_classic(found.protection.required_status_checks)
    except GitHubError as error:
        unread.append(_say("the branch's protection", "contents: read", error))
    return Requirements(tuple(required), tuple(unread))


def list_classic(checks: ClassicChecks) -> list[Requirement]:
    """The requirements of classic protection; none where it is switched off."""
    if checks.enforcement_level == _OFF:
        return []
    sourced = {check.context for check in checks.checks}
    return [
        *(
            Requirement(check.context, check.app_id if check.app_id is not None and check.app_id > 0 else None)
            for check in checks.checks
        ),
        *(Requirement(context, None) for context in checks.contexts if context not in sourced),
    ]


def _say(what: str, permission: str, error: GitHubError) -> str:
    if isinstance(error, Forbidden | NotFound):
        return f"{what} cannot be read (the permission {permission} is missing, or the branch is gone)"
    return f"{what} cannot be read now ({type(error).__name__})"
