"""Simulated Cloud Vision and Gemini: the real wire over a reader that looks at the picture, with faults."""

from local.readers.app import Readers, build_readers
from local.readers.faults import FAULTS, Fault, add_fault
from local.readers.vision_grpc import serve_grpc

__all__ = ["FAULTS", "Fault", "Readers", "add_fault", "build_readers", "serve_grpc"]
