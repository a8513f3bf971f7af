"""Places to keep a ledger, one a file: each exports ``BACKEND``, which makes a ``Store``."""
