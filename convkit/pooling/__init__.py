"""Pooling: one number for each window, its maximum (maximum.py) or its mean (average.py)."""
