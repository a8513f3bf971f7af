"""What was last applied: an optional record that makes plans sharper and that no plan needs.

Read ``entries`` first, then ``recall``; ``store`` and ``backends/`` are where it is kept.
"""
