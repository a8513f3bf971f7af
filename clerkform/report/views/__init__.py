"""The output formats, one a file: each exports ``VIEW``, a ``View`` to be made with a ``Screen``."""
