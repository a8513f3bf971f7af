"""The outside world: Clerk's API.

``pace`` says when a request may start and how long to wait before another try; ``http`` sends it
and reads lists to the end; ``answers`` turns what came back into values or errors, and ``explain``
an error into plain words. Nothing is imported here: ``explain`` must be usable without httpx.
"""
