"""Actions to a plan: ``build`` makes steps, ``order`` arranges them, ``guard`` refuses."""
