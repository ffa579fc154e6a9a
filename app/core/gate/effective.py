"""The policy in force: the repository's over its organisation's, and never below the organisation's floor. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel

from app.core.gate.floor import NO_MATTER, list_values, read_floor, tighten
from app.core.gate.policy import BlockOn, Policy, PolicyFault, check_policy, read_policy_bytes
from app.core.text.yaml import Document, read_yaml

ORGANISATION_REPOSITORY = ".github"
"""The repository of an organisation in which it keeps what holds for all of its repositories."""

ORGANISATION_PATH = "lintel.yml"
"""Where that repository keeps the policy; read from the tip of its default branch alone."""


class Origin(StrEnum):
    """Where a value comes from, in words for people."""

    DEFAULT = "default"
    ORGANISATION = "organisation"
    REPOSITORY = "repository"
    FLOOR = "the organisation's floor"


@dataclass(frozen=True, slots=True)
class Effective:
    """The policy in force, without a floor of its own, and where each of its values comes from, by key."""

    policy: Policy
    origins: Mapping[str, Origin]


@dataclass(frozen=True, slots=True)
class Policies:
    """What a repository and its organisation ask for. `organisation` is None where nobody can read any."""

    repository: Policy | PolicyFault
    organisation: Policy | PolicyFault | None = None

    @property
    def effective(self) -> Effective | PolicyFault:
        """The two as one."""
        return merge(self.organisation, self.repository)

    @property
    def in_force(self) -> Policy | PolicyFault:
        """The same without its origins."""
        effective = self.effective
        return effective.policy if isinstance(effective, Effective) else effective


def merge(organisation: Policy | PolicyFault | None, repository: Policy | PolicyFault) -> Effective | PolicyFault:
    """The policy in force. A fault of either file shuts the gate: in the organisation's mode, if that can be told."""
    if isinstance(organisation, PolicyFault):
        return organisation
    above = organisation or Policy()
    if isinstance(repository, PolicyFault):
        return replace(repository, mode=_merge(above, Policy()).policy.mode)
    return _merge(above, repository)


def _merge(organisation: Policy, repository: Policy) -> Effective:
    inherited = dict(list_values(organisation, written=True))
    own = dict(list_values(repository, written=True))
    floor = read_floor(organisation)
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for key, default in list_values(Policy()):
        if key == "floor":
            continue
        value, origin = default, Origin.DEFAULT
        if key in inherited:
            value, origin = inherited[key], Origin.ORGANISATION
        if key in own:
            value, origin = own[key], Origin.REPOSITORY
        held = tighten(floor, key, value)
        values[key], origins[key] = held, origin if held == value else Origin.FLOOR
    written = {key: value for key, value in values.items() if origins[key] is not Origin.DEFAULT}
    return Effective(_fill(Policy(), written), origins)


S = TypeVar("S", bound=BaseModel)


def _fill(section: S, values: Mapping[str, Any], above: str = "") -> S:
    found: dict[str, Any] = {}
    for name in type(section).model_fields:
        key, standing = f"{above}{name}", getattr(section, name)
        if isinstance(standing, BaseModel):
            filled = _fill(standing, values, f"{key}.")
            if filled.model_fields_set:
                found[name] = filled
        elif key in values:
            found[name] = values[key]
    return section.model_copy(update=found)


def read_organisation(content: bytes | None, path: str) -> Policy | PolicyFault:
    """The organisation's own `lintel.yml`, floor and all; the defaults if there is no file (None); or its first fault.

    `path` names the file to people.
    """
    policy = read_policy_bytes(content, path, shared=True)
    if isinstance(policy, PolicyFault) or not policy.floor or content is None:
        return policy
    return _find_floor_fault(read_yaml(content.decode("utf-8")), path) or policy


def _find_floor_fault(document: Document, path: str) -> PolicyFault | None:
    floor = check_policy(document, path, below=("floor",))
    if isinstance(floor, PolicyFault):
        return floor
    loose = next((key for key, _ in list_values(floor, written=True) if key in NO_MATTER - {"version"}), None)
    if loose is None:
        return None
    line, column = document.place(("floor", *loose.split(".")))
    return PolicyFault(path, line, column, f"`floor.{loose}` is no matter of strictness: set it outside of the floor")


def for_reading(policy: Policy) -> frozenset[str]:
    """What a policy in force asks of who reads a file, beside written rules: a name for each; the rest only judges.

    What says which files are read is none of it, nor is what programs do. Who asks for more has all names of who asks
    for less.
    """
    lenses = policy.review.lenses
    looks = {"correctness": lenses.correctness, "contracts": lenses.contracts, "security": lenses.security}
    asked = {f"lens:{name}" for name, on in looks.items() if on} or {"lens:none"}
    # What is grave anyhow is verified as what blocks is: only a lower line makes a difference.
    if policy.block_on in {BlockOn.MEDIUM, BlockOn.LOW}:
        asked.add(f"grave:{BlockOn.MEDIUM.value}")
    if policy.block_on is BlockOn.LOW:
        asked.add(f"grave:{BlockOn.LOW.value}")
    return frozenset(asked)
