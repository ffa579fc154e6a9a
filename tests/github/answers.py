"""Answers of GitHub, with no more in them than our types read."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

HEAD = "a" * 40
WHEN = "2026-03-01T12:00:00Z"
USER = {"login": "ada", "id": 1, "type": "User"}
REPOSITORY = {
    "id": 9,
    "name": "site",
    "full_name": "acme/site",
    "owner": USER,
    "private": True,
    "default_branch": "main",
}
COMMENT = {"id": 5, "body": "text", "user": USER, "created_at": WHEN, "updated_at": WHEN, "issue_url": "x/issues/3"}
REVIEW = {"id": 6, "user": USER, "body": "text", "state": "COMMENTED", "commit_id": HEAD}
REVIEW_COMMENT = {"id": 8, "body": "text", "path": "a.py", "user": USER, "line": 3, "side": "RIGHT"}


def pull(number: int = 3, repository: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "number": number,
        "id": 1000 + number,
        "state": "open",
        "title": "Title",
        "user": USER,
        "head": {"ref": "topic", "sha": HEAD, "repo": None},
        "base": {"ref": "main", "sha": "b" * 40, "repo": repository or REPOSITORY},
    }


def check_run(number: int = 11, app_id: int = 42, conclusion: str | None = None) -> dict[str, Any]:
    return {
        "id": number,
        "name": "lintel: main",
        "head_sha": HEAD,
        "status": "completed" if conclusion else "queued",
        "conclusion": conclusion,
        "external_id": "lintel1:r:1:0",
        "app": {"id": app_id, "slug": "lintel"},
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0},
    }


def entry(name: str, content: bytes = b"", kind: str = "file") -> dict[str, Any]:
    return {"type": kind, "name": name, "path": name, "sha": _sha(content), "size": len(content)}


def file(name: str, content: bytes) -> dict[str, Any]:
    return entry(name, content) | {"encoding": "base64", "content": base64.encodebytes(content).decode()}


def _sha(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
