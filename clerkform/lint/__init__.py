"""Opinions about manifests that are valid, one rule a file: ``run`` finds and runs them."""
