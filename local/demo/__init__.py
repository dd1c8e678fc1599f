"""The demo: one believable Nairobi hardware shop, drawn from seeds."""

from local.demo.loader import load
from local.demo.summary import DemoSummary

__all__ = ["DemoSummary", "load"]
