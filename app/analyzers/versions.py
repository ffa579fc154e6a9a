"""Which versions of the tools look at a change: the same version finds the same."""

from __future__ import annotations

from importlib.metadata import version

TOOLS = ("ruff", "zizmor")
"""The analyzers that are programs of others; the rest are part of this one."""


def list_versions() -> dict[str, str]:
    """The installed version of each tool, by name."""
    return {name: version(name) for name in TOOLS}
