"""Uploads to pictures: checked by content, encoded anew, stored under names of ours.

`opening` checks and decodes, `encoding` makes all files of a picture, `storing` keeps or
removes them together with their row.
"""

from issues.images.encoding import CONTENT_TYPES, Picture, check, read
from issues.images.opening import MAX_BYTES, InvalidImage
from issues.images.storing import discard, keep, known, read_new, renew, store, undone_together

__all__ = [
    "CONTENT_TYPES",
    "MAX_BYTES",
    "InvalidImage",
    "Picture",
    "check",
    "discard",
    "keep",
    "known",
    "read",
    "read_new",
    "renew",
    "store",
    "undone_together",
]
