"""Engines that turn a picture into lines, each behind a port; build.py makes those that a setting names."""
