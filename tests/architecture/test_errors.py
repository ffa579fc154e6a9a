"""Where an error may end: broad handlers are few, and none of them is silent."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.house import Module, read_modules

BROAD = {"Exception", "BaseException"}
MAX_BROAD = 3
"""The outermost place of a job, of a review's check, and of the command line."""


def walk_handlers(modules: tuple[Module, ...]) -> Iterator[tuple[str, ast.ExceptHandler]]:
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler):
                yield f"{module.name}:{node.lineno}", node


def is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in BROAD for kind in caught)


def cleans_up_alone(handler: ast.ExceptHandler) -> bool:
    """Whether the handler holds no decision: straight lines that do not look at the error, then it goes on."""
    *before, last = handler.body
    straight = all(isinstance(line, ast.Expr | ast.Assign) for line in before)
    looks = any(
        isinstance(node, ast.Attribute)
        and node.attr in ("exception", "exc_info")
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
        for line in before
        for node in ast.walk(line)
    )
    return handler.name is None and straight and not looks and isinstance(last, ast.Raise) and last.exc is None


def is_silent(handler: ast.ExceptHandler) -> bool:
    """Whether the error is neither raised on nor looked at."""
    raised = any(isinstance(node, ast.Raise) for line in handler.body for node in ast.walk(line))
    used = any(
        isinstance(node, ast.Name) and node.id == handler.name for line in handler.body for node in ast.walk(line)
    )
    return not raised and not used


def suppresses(modules: tuple[Module, ...]) -> Iterator[str]:
    """The places of `suppress(Exception)` and its like."""
    for module in modules:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "suppress" and any(isinstance(kind, ast.Name) and kind.id in BROAD for kind in node.args):
                yield f"{module.name}:{node.lineno}"


def test_broad_handlers_are_few() -> None:
    broad = [place for place, item in walk_handlers(read_modules()) if is_broad(item) and not cleans_up_alone(item)]
    assert len(broad) <= MAX_BROAD, broad


def test_no_broad_handler_is_silent() -> None:
    assert [place for place, item in walk_handlers(read_modules()) if is_broad(item) and is_silent(item)] == []
    assert list(suppresses(read_modules())) == []


def test_a_handler_that_does_nothing_says_why_beside_it() -> None:
    wordless = []
    for module in read_modules():
        lines = module.text.splitlines()
        for place, handler in walk_handlers((module,)):
            first = handler.body[0]
            if isinstance(first, ast.Pass) and "#" not in lines[first.lineno - 1]:
                wordless.append(place)
    assert wordless == []


@pytest.mark.parametrize(
    ("code", "broad", "cleanup", "silent"),
    [
        ("except: pass", True, False, True),
        ("except Exception: return_nothing()", True, False, True),
        ("except (ValueError, Exception) as e: log(e)", True, False, False),
        ("except BaseException:\n  close()\n  raise", True, True, False),
        ("except BaseException:\n  if bad():\n    raise\n  raise", True, False, False),
        ("except Exception:\n  judge(sys.exception())\n  raise", True, False, False),
        ("except ValueError: pass", False, False, True),
    ],
)
def test_the_rule_knows_a_handler_when_it_sees_one(code: str, *, broad: bool, cleanup: bool, silent: bool) -> None:
    [(_, handler)] = walk_handlers((Module(read_modules()[0].path, "", ast.parse(f"try:\n  x()\n{code}")),))
    assert (is_broad(handler), cleans_up_alone(handler), is_silent(handler)) == (broad, cleanup, silent)
