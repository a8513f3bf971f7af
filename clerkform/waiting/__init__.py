"""Waiting: for several things at once."""
