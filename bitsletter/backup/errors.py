"""What speaks against a backup, or against putting one back."""


class BackupError(Exception):
    """Nothing was done, and the message says why to whoever looks after the site."""


class Damaged(BackupError):
    """A file is no backup, or not as it was written."""
