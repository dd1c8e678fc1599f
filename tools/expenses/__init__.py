"""Fitting the model that files money out under categories."""
