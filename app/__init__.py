"""Lintel: a self-hosted GitHub App that reviews every pull request and holds the merge gate."""

__version__ = "0.1.0"
