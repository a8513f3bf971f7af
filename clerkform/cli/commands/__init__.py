"""The commands, one a file: each exports ``command``.

``--help`` imports them all, so what is costly to import is imported where it is used.
"""
