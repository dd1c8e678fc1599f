"""Files by name: the bucket behind receipts, statements and documents."""

from shared.blobs.names import check_name
from shared.blobs.port import Blob, Blobs, UploadTarget

__all__ = ["Blob", "Blobs", "UploadTarget", "check_name"]
