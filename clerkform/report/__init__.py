"""What a command has to say, in the format that was asked for.

Read ``view`` first, then ``views/text.py``.
"""
