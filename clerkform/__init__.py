"""Declarative configuration as code for Clerk."""

__version__ = "0.1.0"
