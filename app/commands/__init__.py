"""Slash commands: what people may write, what it needs, which actions follow. Pure."""
