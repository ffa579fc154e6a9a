"""Repositories in which a blob is not there, as where it was too large to be fetched."""

from __future__ import annotations

from tests.repo.world import Repository


def lose_blob(repository: Repository, revision: str, path: bytes) -> None:
    """Take the content of `path` at `revision` out of the repository."""
    repository.git("repack", "-adq")
    for pack in repository.git_dir.glob("objects/pack/*.pack"):
        packed = pack.read_bytes()
        for each in repository.git_dir.glob(f"objects/pack/{pack.stem}.*"):
            each.unlink()
        repository.git("unpack-objects", "-q", stdin=packed)
    lost = repository.git("rev-parse", f"{revision}:".encode() + path).decode().strip()
    (repository.git_dir / "objects" / lost[:2] / lost[2:]).unlink()
