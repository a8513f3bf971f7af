"""Desired and live to actions: ``match`` pairs them, ``values`` compares, ``actions`` concludes."""
