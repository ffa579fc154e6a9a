"""Endpoints of Apps: themselves, their installations, tokens and deliveries."""

import json
from datetime import timedelta
from itertools import dropwhile

from app.hub.access import mint, reaches
from app.hub.accounts import App, Delivery, Installation, Json
from app.hub.refusals import RefusedError, not_found
from app.hub.rest.bodies import TokenBody
from app.hub.rest.call import MAX_PAGE, Answer, Call, Endpoint
from app.hub.views import show_app, show_installation, show_repository, show_user, stamp

KEPT = timedelta(days=3)  # how long a delivery can be listed and sent again


def _app(call: Call) -> App:
    if call.caller.app is None:
        raise not_found()
    return call.caller.app


def _own_installation(call: Call) -> Installation:
    found = call.hub.state.installations.get(call.number("id"))
    if found is None or found.app is not _app(call):
        raise not_found()
    return found


def get_app(call: Call) -> Answer:
    """GET /app."""
    app = _app(call)
    own = [i for i in call.hub.state.installations.values() if i.app is app]
    return Answer(show_app(call.hub.url, app) | {"installations_count": len(own)})


def list_installations(call: Call) -> Answer:
    """GET /app/installations."""
    app = _app(call)
    own = [i for i in call.hub.state.installations.values() if i.app is app]
    return call.page(own, lambda installation: show_installation(call.hub.url, installation))


def get_installation(call: Call) -> Answer:
    """GET /app/installations/{id}."""
    return Answer(show_installation(call.hub.url, _own_installation(call)))


def create_token(call: Call) -> Answer:
    """POST /app/installations/{id}/access_tokens."""
    installation, body = _own_installation(call), call.read(TokenBody)
    wanted = None if body.repository_ids is None else set(body.repository_ids)
    covered = [r for r in call.hub.state.repositories.values() if installation.covers(r)]
    if body.repositories is not None:
        names = {r.name: r.id for r in covered}
        wanted = (wanted or set()) | {names.get(name, 0) for name in body.repositories}
    token = mint(call.hub, installation, body.permissions, wanted)
    if token.expires_at is None:
        raise RefusedError(500, "Server Error")
    answer: Json = {
        "token": token.value,
        "expires_at": stamp(token.expires_at),
        "permissions": token.permissions,
        "repository_selection": "all" if installation.repository_ids is None and wanted is None else "selected",
    }
    if wanted is not None:
        answer["repositories"] = [show_repository(call.hub.url, r) for r in covered if r.id in wanted]
    return Answer(answer, 201)


def get_repository_installation(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/installation."""
    app = _app(call)
    owner, name = call.parameters["owner"], call.parameters["repo"]
    repository = call.hub.state.repository(owner, name)
    if repository is None:
        raise not_found()
    for installation in call.hub.state.installations_on(repository):
        if installation.app is app:
            return Answer(show_installation(call.hub.url, installation))
    raise not_found()


def list_repositories(call: Call) -> Answer:
    """GET /installation/repositories."""
    token = call.caller.token
    if token is None:
        raise RefusedError(403, "You must authenticate with an installation access token")
    covered = [r for r in call.hub.state.repositories.values() if reaches(token, r)]
    return call.page(covered, lambda repository: show_repository(call.hub.url, repository), "repositories")


def get_hook_config(call: Call) -> Answer:
    """GET /app/hook/config. The secret is never shown."""
    app = _app(call)
    config: Json = {"content_type": "json", "insecure_ssl": "0"}
    return Answer(config | ({"url": app.webhook_url} if app.webhook_url else {}))


def list_deliveries(call: Call) -> Answer:
    """GET /app/hook/deliveries: newest first, by cursor."""
    deliveries = _kept(call)
    cursor = call.query.get("cursor")
    if cursor is not None:
        deliveries = list(dropwhile(lambda delivery: f"v1_{delivery.id}" != cursor, deliveries))
    redelivery, status = call.query.get("redelivery"), call.query.get("status")
    if redelivery is not None:
        deliveries = [d for d in deliveries if d.redelivery == (redelivery == "true")]
    if status is not None:
        deliveries = [d for d in deliveries if (d.status == "OK") == (status == "success")]
    asked = call.query.get("per_page", "")
    size = min(max(int(asked) if asked.isascii() and asked.isdigit() else 30, 1), MAX_PAGE)
    rest = deliveries[size : size + 1]
    link = {"Link": f'<{call.url}?per_page={size}&cursor=v1_{rest[0].id}>; rel="next"'} if rest else {}
    return Answer([_show_item(delivery) for delivery in deliveries[:size]], headers=link)


def _kept(call: Call) -> list[Delivery]:
    app, oldest = _app(call), call.hub.clock() - KEPT
    every = reversed(call.hub.state.deliveries.values())
    return [d for d in every if d.app is app and d.delivered_at >= oldest and d.status != "pending"]


def _delivery(call: Call) -> Delivery:
    number = call.number("id")
    for delivery in _kept(call):
        if delivery.id == number:
            return delivery
    raise not_found()


def _show_item(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": stamp(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": delivery.duration,
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }


def get_delivery(call: Call) -> Answer:
    """GET /app/hook/deliveries/{id}."""
    delivery = _delivery(call)
    return Answer(
        _show_item(delivery)
        | {
            "url": delivery.app.webhook_url or "",
            "request": {"headers": delivery.headers, "payload": json.loads(delivery.body)},
            "response": {"headers": delivery.response_headers, "payload": delivery.response_body},
        }
    )


def redeliver(call: Call) -> Answer:
    """POST /app/hook/deliveries/{id}/attempts."""
    call.hub.courier.redeliver(_delivery(call))
    return Answer({}, 202)


def get_permission(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}/collaborators/{username}/permission."""
    user = call.hub.state.user(call.parameters["username"])
    if user is None or user.type == "Organization":
        raise RefusedError(404, f"{call.parameters['username']} is not a user")
    role = call.repository.role_of(user)
    permission = {"maintain": "write", "triage": "read"}.get(role.value, role.value)
    held = {level: role.reaches(type(role)(value)) for level, value in _HELD.items()}
    shown = show_user(call.hub.url, user) | {"permissions": held, "role_name": role.value}
    return Answer({"permission": permission, "role_name": role.value, "user": shown})


_HELD = {"admin": "admin", "maintain": "maintain", "push": "write", "triage": "triage", "pull": "read"}


ENDPOINTS = (
    Endpoint("GET", "/app", "app", get_app),
    Endpoint("GET", "/app/installations", "app", list_installations),
    Endpoint("GET", "/app/installations/{id}", "app", get_installation),
    Endpoint("POST", "/app/installations/{id}/access_tokens", "app", create_token),
    Endpoint("GET", "/app/hook/config", "app", get_hook_config),
    Endpoint("GET", "/app/hook/deliveries", "app", list_deliveries),
    Endpoint("GET", "/app/hook/deliveries/{id}", "app", get_delivery),
    Endpoint("POST", "/app/hook/deliveries/{id}/attempts", "app", redeliver),
    Endpoint("GET", "/repos/{owner}/{repo}/installation", "app", get_repository_installation),
    Endpoint("GET", "/installation/repositories", "installation", list_repositories),
    Endpoint(
        "GET",
        "/repos/{owner}/{repo}/collaborators/{username}/permission",
        ("metadata", "read"),
        get_permission,
    ),
)
