"""What can go wrong with the embedded PostgreSQL; each message is one line and names the mend."""


class PostgresFault(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


class BinariesMissing(PostgresFault):
    """No usable PostgreSQL of a supported version is on this machine."""


class WrongMajor(PostgresFault):
    """The data directory holds data of a major version for which there are no binaries."""


class ClusterInUse(PostgresFault):
    """Another process owns the cluster; the message says which and where."""


class ClusterAbsent(PostgresFault):
    """There is no living server in the directory to attach to."""


class ClusterBroken(PostgresFault):
    """PostgreSQL did not come up, or what is in the directory is not a cluster."""


class ClusterForeign(PostgresFault):
    """The cluster belongs to another operating-system user."""


class DirectoryUnusable(PostgresFault):
    """The directory, or the one for the socket, cannot be used as it is."""


class DiskFull(PostgresFault):
    """PostgreSQL cannot start because the disk has no room left."""


class NamespacesForbidden(PostgresFault):
    """PostgreSQL refuses this user, and the kernel refuses the user namespace that would hide it."""
