"""The models as JSON Schema, and as the reference page."""
