"""Collecting money: attempts, evidence, settlement, and the providers behind one port."""
