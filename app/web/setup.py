"""Set-up mode: no App is configured yet, so deliveries are refused and a page says what to set."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Lintel: set-up</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
  main { max-width: 42rem; margin: 8vh auto; padding: 0 1.2rem; }
  code { font: .92em ui-monospace, monospace; }
  li { margin: .5rem 0; }
</style>
<main>
<h1>Lintel runs, and no GitHub App is configured yet</h1>
<ol>
<li>Register a GitHub App with the permissions and events of <code>app.yml</code>. Its webhook address is this server's
public address followed by <code>/webhooks/github</code>.</li>
<li>Set <code>LINTEL_APP_ID</code>, <code>LINTEL_PRIVATE_KEY_FILE</code> and <code>LINTEL_WEBHOOK_SECRET</code> in the
environment or in a file <code>.env</code> where Lintel starts.</li>
<li>To let Claude read changes, set <code>ANTHROPIC_API_KEY</code>.</li>
<li>Start <code>lintel serve</code> again. Until then deliveries are answered with 503, and GitHub keeps them for
redelivery.</li>
</ol>
<p>To see Lintel at work with nothing configured: <code>lintel demo</code>.</p>
</main></html>
"""


def build_setup() -> APIRouter:
    """`GET /setup`. The page holds no value of any setting, and runs nothing."""
    router = APIRouter()

    @router.get("/setup")
    async def setup() -> HTMLResponse:
        """What to set."""
        policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        return HTMLResponse(PAGE, headers={"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"})

    return router
