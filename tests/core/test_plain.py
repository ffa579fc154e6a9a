"""Frozen values as plain JSON and back: what is written is read again, and nothing else is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gate.policy import Policy
from app.core.plain import NotPlain, decode, encode, list_fields


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Leaf:
    name: str
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Stone:
    heavy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    leaves: tuple[Leaf, ...]
    root: Leaf | Stone
    pair: tuple[int, str] = (1, "x")
    colours: Mapping[Colour, int] = field(default_factory=dict)
    rings: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    planted: date | None = None
    mark: UUID | None = None
    height: float = 0.0


EXACT = st.decimals(allow_nan=False, allow_infinity=False, places=6)
TREES = st.builds(
    Tree,
    leaves=st.lists(st.builds(Leaf, st.text(), EXACT)).map(tuple),
    root=st.builds(Leaf, st.text(), EXACT) | st.builds(Stone, st.booleans()),
    pair=st.tuples(st.integers(), st.text()),
    colours=st.dictionaries(st.sampled_from(Colour), st.integers()),
    rings=st.dictionaries(st.integers(), st.lists(st.integers()).map(tuple)),
    names=st.frozensets(st.text()),
    planted=st.none() | st.dates(),
    mark=st.none() | st.uuids(),
    height=st.floats(allow_nan=False, allow_infinity=False),
)


@given(TREES)
def test_what_is_written_is_read_again_through_json(tree: Tree) -> None:
    text = json.dumps(encode(Tree, tree), ensure_ascii=True, allow_nan=False)
    assert decode(Tree, json.loads(text)) == tree


TREE = Tree(leaves=(Leaf("a"),), root=Stone(heavy=True))


def plain(**changed: Any) -> Any:
    value = encode(Tree, TREE)
    assert isinstance(value, dict)
    return {**value, **changed}


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"leaves": [{"name": "a", "weight": "1", "colour": "red"}]}, r"Tree.leaves\[\]: 1 fields"),
        ({"leaves": [{"weight": "1"}]}, r"Tree.leaves\[\]: a field is missing"),
        ({"leaves": [{"name": 7}]}, r"Tree.leaves\[\].name: not str"),
        ({"leaves": [{"name": "a", "weight": "heavy"}]}, "no Decimal"),
        ({"leaves": {"name": "a"}}, "Tree.leaves: not"),
        ({"root": {"name": "a", "weight": "1"}}, "Tree.root: not a named type"),
        ({"root": {"is": "Cloud", "value": {}}}, "Tree.root: none of the types"),
        ({"pair": [1]}, "Tree.pair: not 2 items"),
        ({"pair": [True, "x"]}, r"Tree.pair\[\]: not int"),
        ({"colours": {"green": 1}}, "Tree.colours: a key is no Colour"),
        ({"rings": {"01": []}}, "Tree.rings: not int"),
        ({"names": ["a", "a"]}, "Tree.names: not"),
        ({"planted": "yesterday"}, "no date"),
        ({"mark": 7}, "Tree.mark: not UUID"),
        ({"height": "tall"}, "Tree.height: not float"),
        ({"unknown": 1}, "Tree: 1 fields that this program does not know"),
    ],
)
def test_json_that_is_not_of_the_type_is_refused_by_its_place(changed: dict[str, Any], place: str) -> None:
    with pytest.raises(NotPlain, match=place):
        decode(Tree, plain(**changed))


def test_a_field_that_older_programs_did_not_know_has_its_default() -> None:
    older = plain()
    del older["pair"], older["height"]
    assert decode(Tree, older) == TREE


@pytest.mark.parametrize(
    "tree",
    [
        Tree(leaves=[Leaf("a")], root=Stone(heavy=True)),  # type: ignore[arg-type]  # a list is no tuple
        Tree(leaves=(), root=Stone(heavy=1)),  # type: ignore[arg-type]  # 1 is not True
        Tree(leaves=(), root=None),  # type: ignore[arg-type]  # nothing may not stand there
        Tree(leaves=(Stone(heavy=True),), root=Stone(heavy=True)),  # type: ignore[arg-type]  # another class
    ],
)
def test_a_value_that_is_not_of_its_declared_type_is_not_written(tree: Tree) -> None:
    with pytest.raises(NotPlain):
        encode(Tree, tree)


@dataclass(frozen=True, slots=True)
class Odd:
    pattern: complex


def test_a_kind_that_nobody_taught_it_is_refused_at_once() -> None:
    with pytest.raises(NotPlain, match=r"Odd\.pattern"):
        encode(Odd, Odd(1j))


def test_a_policy_keeps_its_digest() -> None:
    policy = Policy.model_validate(
        {"block_on": "low", "architecture": {"forbid": [{"from": "a/**", "to": "b/**"}]}, "floor": {"mode": "gate"}}
    )
    assert decode(Policy, json.loads(json.dumps(encode(Policy, policy)))).digest == policy.digest


def test_the_fields_of_a_type_are_listed_as_deep_as_it_goes() -> None:
    fields = list_fields(Tree)
    assert "Leaf.weight: Decimal" in fields
    assert "Stone.heavy: bool" in fields
