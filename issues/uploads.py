"""Files on their way in, before anybody has asked who sends them."""

from django.core.files.uploadhandler import FileUploadHandler

from issues.images import MAX_BYTES


class Cut(FileUploadHandler):
    """Lets a file pass up to the byte by which it is too large, so that none fills the disk."""

    def receive_data_chunk(self, raw_data, start):
        room = MAX_BYTES + 1 - start
        return raw_data[:room] if room > 0 else None

    def file_complete(self, file_size):
        return None  # the handlers after this one keep the file
