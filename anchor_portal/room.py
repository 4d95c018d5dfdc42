"""What the machine cannot give at the moment: room on a disk, memory, a handle. It passes; other failures are mistakes."""

import errno

PASSING = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)


def has_no_room(error: OSError) -> bool:
    """Whether the machine had no room, or could not write, rather than that something was wrong with what was asked."""
    return error.errno in PASSING
