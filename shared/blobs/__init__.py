"""Files by name: the bucket behind receipts, statements and documents."""

from shared.blobs.port import Blob, Blobs

__all__ = ["Blob", "Blobs"]
