"""Texts that no parser is to be given in a process that others depend on. Seen with tree-sitter 0.26."""

from __future__ import annotations

HOLDS = b"class A { int a = " + b"a<" * 30_000
"""As Java: half a minute in one step of the parser, and half a gigabyte of memory in each second."""

CRASHES = b"%w(" * 170_000
"""As C++: a fault of memory."""
