"""Static files as they lie on the disk: compressed, and for everybody to read."""

import os
import stat

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ReadableCompressor(Compressor):
    def write_data(self, path, data, suffix, stat_result):
        """Let whoever may read a file read its compressed forms: a proxy is somebody else."""
        name = super().write_data(path, data, suffix, stat_result)
        os.chmod(name, stat.S_IMODE(stat_result.st_mode))
        return name


class CompressedStorage(CompressedManifestStaticFilesStorage):
    def create_compressor(self, **options):
        return ReadableCompressor(**options)
