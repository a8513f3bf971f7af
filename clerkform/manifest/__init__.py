"""Manifest text to nodes, and plain values back to manifest text."""
