"""What is stored encrypted: AES-256-GCM under the store's key, with what it belongs to authenticated beside it."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.store.records.key import KEY_BYTES

_NONCE_BYTES = 12
_FORMAT = b"\x01"


class SealBroken(Exception):
    """What is stored cannot be opened: another key, changed bytes, or it belongs to something else."""


class Seal:
    """Closes and opens under one key of 32 bytes."""

    def __init__(self, key: bytes, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Raises ValueError for a key of another length."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"the store's key has {KEY_BYTES} bytes")
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes

    def close(self, plain: bytes, belongs_to: str) -> bytes:
        """The bytes to be stored."""
        nonce = self._random_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain, belongs_to.encode())

    def open(self, stored: bytes, belongs_to: str) -> bytes:
        """What was closed. Raises SealBroken."""
        start, end = len(_FORMAT), len(_FORMAT) + _NONCE_BYTES
        try:
            return self._cipher.decrypt(stored[start:end], stored[end:], belongs_to.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(belongs_to) from error
