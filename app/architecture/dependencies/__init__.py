"""New third-party packages: what manifests ask for, compared between two trees, and which imports belong to it."""

from app.architecture.dependencies.manifests import wants
from app.architecture.dependencies.novelty import Found, find_new

__all__ = ["Found", "find_new", "wants"]
