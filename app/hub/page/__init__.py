"""The pull request as a page to look at and to talk on: `page_routes` while it is served, `render_static` to keep."""

from app.hub.page.render import render_static
from app.hub.page.routes import page_routes

__all__ = ["page_routes", "render_static"]
