"""The embedded PostgreSQL: one cluster in the data directory, started and stopped by its owner."""

from app.postgres.cluster import Cluster, attach, start
from app.postgres.disk import LOW_BYTES, free_bytes, is_low
from app.postgres.faults import (
    BinariesMissing,
    ClusterAbsent,
    ClusterBroken,
    ClusterForeign,
    ClusterInUse,
    DirectoryUnusable,
    DiskFull,
    NamespacesForbidden,
    PostgresFault,
    WrongMajor,
)
from app.postgres.place import Address

__all__ = [
    "LOW_BYTES",
    "Address",
    "BinariesMissing",
    "Cluster",
    "ClusterAbsent",
    "ClusterBroken",
    "ClusterForeign",
    "ClusterInUse",
    "DirectoryUnusable",
    "DiskFull",
    "NamespacesForbidden",
    "PostgresFault",
    "WrongMajor",
    "attach",
    "free_bytes",
    "is_low",
    "start",
]
