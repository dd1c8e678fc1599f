"""Subscriptions: money asked for again and again on days that were agreed; a single one is a count of 1."""
