"""Expressions over paths as git has them: bytes, of any encoding, matched in linear time."""

from __future__ import annotations

from typing import Any

import re2


def compile_expression(expression: bytes, memory: int) -> Any:  # noqa: ANN401 - re2 ships no types
    """The automaton of an expression, whose states may take so many bytes."""
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    options.never_capture = True
    options.max_mem = memory
    return re2.compile(expression, options)
