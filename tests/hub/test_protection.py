"""What a branch asks for before a merge, as GitHub shows it to an App."""

from __future__ import annotations

import pytest

from tests.hub.place import Place

NAME = "lintel: main"


def rules(place: Place, branch: str = "main") -> list[tuple[str, int | None]]:
    listed = place.bot.get(f"{place.path}/rules/branches/{branch}").json()
    return [
        (check["context"], check.get("integration_id"))
        for rule in listed
        for check in rule["parameters"]["required_status_checks"]
    ]


def test_a_ruleset_shows_its_checks_and_their_sources(place: Place) -> None:
    place.world.require_check(place.repository, NAME, app=place.app)
    place.world.require_check(place.repository, "build")
    place.world.require_check(place.repository, "other", branch="feature")

    assert rules(place) == [(NAME, place.app.id), ("build", None)]
    assert rules(place, "feature") == [("other", None)]
    assert rules(place, "nobody%2Fhas%20it") == []


@pytest.mark.parametrize("pinned", [True, False])
def test_classic_protection_shows_its_checks_with_the_branch(place: Place, *, pinned: bool) -> None:
    place.world.require_check(place.repository, NAME, app=place.app if pinned else None, classic=True)

    shown = place.bot.get(f"{place.path}/branches/main").json()
    assert shown["protected"] is True
    assert shown["protection"]["required_status_checks"] == {
        "enforcement_level": "non_admins",
        "contexts": [NAME],
        "checks": [{"context": NAME, "app_id": place.app.id if pinned else -1}],
    }
    assert rules(place) == []


def test_a_branch_without_protection_asks_for_nothing(place: Place) -> None:
    shown = place.bot.get(f"{place.path}/branches/main").json()
    assert (shown["protected"], shown["protection"]["enabled"]) == (False, False)
    assert shown["protection"]["required_status_checks"]["enforcement_level"] == "off"
    assert place.bot.get(f"{place.path}/branches/nowhere").status_code == 404


def test_the_branch_needs_contents_and_the_rules_only_metadata(place: Place) -> None:
    bare = place.client(place.mint(permissions={"metadata": "read"}))
    assert bare.get(f"{place.path}/rules/branches/main").status_code == 200
    assert bare.get(f"{place.path}/branches/main").status_code == 403


def test_the_webhook_is_shown_to_the_app_and_its_secret_to_nobody(place: Place) -> None:
    shown = place.client(place.jwt()).get("/app/hook/config").json()
    assert "secret" not in shown
    assert shown["content_type"] == "json"
    assert place.bot.get("/app/hook/config").status_code == 401
