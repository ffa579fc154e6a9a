"""The key under which replies are stored."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

KEY_BYTES = 32


class UnusableKey(Exception):
    """The text is no key."""


def read_key(text: str) -> bytes:
    """The key in hexadecimal digits. Raises UnusableKey; the message does not hold the text."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UnusableKey(f"not {2 * KEY_BYTES} hexadecimal digits: make some with `openssl rand -hex {KEY_BYTES}`")
    return key


def keep_key(path: Path) -> bytes:
    """The key in a file, made on first use (mode 600); two starting at once agree on one. Raises UnusableKey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(KEY_BYTES) + "\n", encoding="ascii")
        # Where another process was first, its key counts.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return read_key(path.read_text(encoding="ascii"))
