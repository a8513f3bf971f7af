"""The outside world: Clerk's API, and the places where secrets are kept.

``pace`` says when a request may start and how long to wait before another try; ``http`` sends it
and reads lists to the end; ``answers`` turns what came back into values or errors, and ``explain``
an error into plain words. ``vault`` finds and delivers secrets, ``signing`` checks signing keys.
Nothing is imported here: ``vault`` must be usable without httpx.
"""
