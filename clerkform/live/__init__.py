"""What the API answered, and which reads a plan needs."""
