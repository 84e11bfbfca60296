"""Uploads to pictures: checked by content, encoded anew, stored under names of ours.

`opening` checks and decodes, `encoding` makes all files of a picture, `storing` keeps or
removes them together with their row, `unfinished` knows of those that have none yet, `sweeping`
removes what is left over.
"""

from issues.images.encoding import CONTENT_TYPES, NAME, Picture, check, read
from issues.images.opening import MAX_BYTES, InvalidImage
from issues.images.storing import discard, keep, known, read_new, renew, store, undone_together
from issues.images.sweeping import clear_unfinished, sweep

__all__ = [
    "CONTENT_TYPES",
    "MAX_BYTES",
    "NAME",
    "InvalidImage",
    "Picture",
    "check",
    "clear_unfinished",
    "discard",
    "keep",
    "known",
    "read",
    "read_new",
    "renew",
    "store",
    "sweep",
    "undone_together",
]
