"""Hypothesis profiles: the same examples every time in CI, new ones on every run elsewhere."""

import os
import signal

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# Whoever starts the tests in the background has Ctrl-C ignored, and so would every process that
# they start: tests that interrupt one would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
