"""What a change does that no line of its diff shows, in sentences that name the mend.

A submodule's commit and a Git LFS pointer (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md) stand for content
elsewhere; modes and names have no lines at all. A pure rename is no such thing, unless it gives a file work that it
did not have, or brings in what the base let go unread.
"""

from __future__ import annotations

import re

from app.core.change.classes.classify import is_ci, is_migration, is_prose
from app.core.change.diff import FilePatch, FileStatus

_EXCLUDE = "exclude its path in the base branch's policy"
_SHOW = "to have them read, keep the old file in this change and remove it in a later one"

BINARY = "binary: nobody reads it"
TEXTLESS = "the text of its change is missing"
SUBMODULE = f"a submodule, whose code is in another repository; review it there and {_EXCLUDE}"
POINTER = f"a Git LFS pointer, whose content is not in the diff; if nobody has to read it, {_EXCLUDE}"
MOVED_OUT = f"it was renamed out of a path that needs no review, and its other lines were never read; {_SHOW}"

_VERSION = re.compile(r"version https?://(?:git-lfs|hawser|git-media)\b\S*")
_ENTRY = re.compile(r"version \S+|ext-\d-\S+ \S+|oid sha256:[0-9a-f]{64}|size \d+")
_IDENTITY = re.compile(r"version https?://(?:git-lfs|hawser|git-media)\b|oid sha256:")
_NEW_ROW = re.compile(r"^[+ ][^\S\n]*(\S.*)$", re.MULTILINE)
"""A row of the new version that is not blank."""

_KINDS = {"100644": "a file", "100755": "an executable file", "120000": "a symbolic link"}
_WORK = (
    ("a workflow", r"^\.github/workflows/[^/]+\.ya?ml$"),
    ("an action", r"(?:^|/)action\.ya?ml$"),
    ("a Dockerfile", r"(?:^|/)(?:dockerfile|containerfile)(?:\.[^/]+)?$|\.(?:dockerfile|containerfile)$"),
    ("a list of code owners", r"(?:^|/)codeowners$"),
    ("Lintel's policy", r"^(?:\.github/)?lintel\.ya?ml$"),
    ("a configuration of git", r"(?:^|/)\.git(?:attributes|modules)$"),
    (
        "a list of what is installed",
        (
            r"(?:^|/)(?:(?:package|composer|deno|bower)\.jsonc?|setup\.(?:py|cfg)|pyproject\.toml|pipfile)$"
            r"|(?:^|/)(?:requirements[^/]*\.(?:txt|in)|cargo\.toml|go\.mod|gemfile|pom\.xml|mix\.exs|package\.swift)$"
            r"|(?:^|/)(?:\.npmrc|pip\.conf|nuget\.config)$|\.(?:gemspec|podspec|csproj|nuspec)$"
        ),
    ),
    (
        "a program of the build",
        (
            r"(?:^|/)(?:(?:gnu)?makefile|rakefile|justfile|cmakelists\.txt|build\.(?:rs|gradle(?:\.kts)?)|gulpfile\.\w+)$"
            r"|\.(?:mk|cmake|gradle)$|(?:^|/)(?:webpack|vite|rollup|babel|jest)\.config\.\w+$"
        ),
    ),
    (
        "a program that is run unasked",
        (
            r"(?:^|/)\.(?:husky|githooks|devcontainer|vscode)/|(?:^|/)\.(?:pre-commit-config\.ya?ml|envrc)$"
            r"|(?:^|/)(?:conftest|sitecustomize|usercustomize)\.py$|\.pth$"
        ),
    ),
    ("a script", r"\.(?:sh|bash|zsh|ps1|bat|cmd)$"),
    ("what runs somewhere", r"(?:^|/)(?:docker-)?compose[^/]*\.ya?ml$|\.(?:tf|hcl|bicep)$|(?:^|/)chart\.ya?ml$"),
    (
        "instructions to coding agents",
        (
            r"(?:^|/)(?-i:CLAUDE|CLAUDE\.local|AGENTS?|GEMINI|SKILL)\.md$|(?:^|/)copilot-instructions\.md$"
            r"|(?:^|/)\.(?:cursorrules|windsurfrules|clinerules|mcp\.json)$"
            r"|(?:^|/)\.(?:claude|cursor|windsurf|clinerules|codex|gemini)/"
            r"|^\.github/(?:instructions|prompts|agents|chatmodes)/"
        ),
    ),
)
_WORKS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _WORK)


def why_unreadable(file: FilePatch) -> str | None:
    """Why the lines of a file's change, if there are any, do not tell what it brings in."""
    if file.fault is not None:
        return file.fault
    if file.submodule:
        return SUBMODULE
    if file.binary:
        return BINARY
    if file.changed_lines and not file.hunks:
        return TEXTLESS
    return POINTER if _is_pointer(file) else None


def find_unshown(file: FilePatch, *, from_excused: bool) -> list[str]:
    """What happens to a readable file beside its lines. `from_excused`: only its old path was excused from review."""
    found: list[str] = []
    work = _work_of(file.path)
    if from_excused:
        found.append(MOVED_OUT)
    elif file.old_path != file.path and work is not None and work != _work_of(file.old_path):
        found.append(f"its new name makes it {work}, and a rename does not show its lines; {_SHOW}")
    elif is_prose(file.old_path) and not is_prose(file.path):
        found.append(f"it was documentation and is no longer, and a rename does not show its lines; {_SHOW}")
    if file.old_mode != file.new_mode and file.status not in (FileStatus.ADDED, FileStatus.REMOVED):
        old, new = (_KINDS.get(mode, f"mode {mode}") for mode in (file.old_mode, file.new_mode))
        found.append(f"it turns from {old} into {new}, which no line shows; if that is meant, {_EXCLUDE}")
    return found


def _work_of(path: str) -> str | None:
    """What a file does by its name alone: it is run, or it steers what is run, reviewed or written."""
    named = next((name for name, pattern in _WORKS if pattern.search(path)), None)
    if named is not None:
        return named
    return "a CI configuration" if is_ci(path) else "a migration of data" if is_migration(path) else None


def _is_pointer(file: FilePatch) -> bool:
    """Whether the new version is a pointer, as far as it is shown: Git LFS passes over white space before it."""
    first = next(filter(None, (_NEW_ROW.search(hunk.body) for hunk in file.hunks)), None)
    if first is None or not _ENTRY.fullmatch(first[1].strip()):
        # so begin nearly all files: their lines need not be made
        return False
    rows = (line.text.strip() for hunk in file.hunks for line in hunk.lines if line.new is not None)
    shown: list[str] = []
    for row in filter(None, rows):
        if not _ENTRY.fullmatch(row):
            # It begins as one: what else stands in it, the program that reads pointers may pass over.
            return bool(shown) and _VERSION.fullmatch(shown[0]) is not None
        shown.append(row)
    return any(map(_IDENTITY.match, shown))
