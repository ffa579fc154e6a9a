"""The server's HTTP side in one place: the webhook, health, and whatever routers the composition root adds."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.web.health import CountWorkers, build_health
from app.web.setup import build_setup
from app.web.webhook import Webhook, WebhookParts

WEBHOOK_PATH = "/webhooks/github"


def build_setup_api() -> FastAPI:
    """The ASGI application while no App is configured: `/healthz` and `/setup` answer, deliveries get 503."""
    api = FastAPI(title="Lintel", docs_url=None, redoc_url=None, openapi_url=None)

    async def refuse(_: Request) -> JSONResponse:
        return JSONResponse({"error": "no App is configured"}, 503)

    async def no_worker() -> int:
        return 0

    api.router.routes.append(Route(WEBHOOK_PATH, refuse, methods=["POST"]))
    api.include_router(build_health(no_worker))
    api.include_router(build_setup())
    return api


def build_api(*, webhook: WebhookParts, count_workers: CountWorkers, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The ASGI application. Its own documentation pages are off: nobody outside is meant to call it."""
    api = FastAPI(title="Lintel", docs_url=None, redoc_url=None, openapi_url=None)
    api.router.routes.append(Route(WEBHOOK_PATH, Webhook(webhook)))
    api.include_router(build_health(count_workers))
    for router in routers:
        api.include_router(router)
    return api
