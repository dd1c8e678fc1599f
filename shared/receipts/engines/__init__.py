"""Engines that turn a picture into lines, behind one port."""
