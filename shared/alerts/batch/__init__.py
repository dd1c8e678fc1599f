"""The daily look back: what only a day or a week together shows, and what no rule explains."""
