"""A plan to a JSON document and back: ``dump`` writes, ``load`` reads, ``moved`` compares.

``document`` describes the file. Nobody executes one: an apply plans again and compares.
"""
