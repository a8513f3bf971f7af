"""The files that ``init`` writes."""
