"""Waiting: for several things at once (``together``), and for one until it holds (``until``)."""
