"""Phrasings of questions, and the fit of the model that tells them apart."""
