"""Airtel Money Kenya: push, enquiry, refund, and the callback that announces and never proves."""
