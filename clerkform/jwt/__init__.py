"""JWT templates without a browser: what a template renders, how large, and whether a token fits it.

Read ``shortcodes`` (what may stand between ``{{`` and ``}}``), ``context`` (a user as the API
answers it to the values that shortcodes stand for), ``render`` (both to claims), then ``cases``
and ``judge`` (a template's own tests), ``keys`` and ``verify`` (a token against a template). No
clock, no randomness, nothing read: a caller that has them passes their results in.
"""
