"""Walks a plan: ``run`` through a writer, ``simulate`` in the head."""
