"""A review says which of the changed paths are sensitive and whose they are by the base, in every form."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import Shell
from tests.repo.world import Repository, make_repository

SPOOF = "@mallory\u202e"


def commit_login(shop: Repository) -> None:
    """A base with owners, and a change that edits what they own and names other owners."""
    shop.commit({"app/auth/login.py": "def login(name):\n    return name\n", "CODEOWNERS": "/app/auth/ @security\n"})
    shop.git("switch", "--quiet", "--create", "login")
    shop.commit({"app/auth/login.py": "def login(name):\n    return None\n", "CODEOWNERS": f"* @all {SPOOF}\n"})


def test_every_form_of_a_report_names_the_owners_of_the_base(shell: Shell, tmp_path: Path) -> None:
    shop = make_repository(tmp_path / "owned")
    commit_login(shop)
    review = ["review", "--repo", str(shop.path), "--no-model", "--format"]
    report = json.loads(shell.lintel(*review, "json", out=None).out)
    assert report["architecture"]["sensitive"] == [
        {"path": "CODEOWNERS", "kind": "codeowners", "why": "by its name: who owns what", "owners": []},
        {
            "path": "app/auth/login.py",
            "kind": "auth",
            "why": "by words of its path: about who somebody is",
            "owners": ["@security"],
        },
    ]
    told = " ".join(shell.lintel(*review, "text", out=None).out.split())
    assert "sensitive CODEOWNERS (code owners) app/auth/login.py (auth, owned by @security)" in told
    points = {point["why"] for passage in report["reading_guide"] for point in passage["points"]}
    assert "sensitive (auth): about who somebody is" in points
