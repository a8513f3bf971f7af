"""``python -m clerkform``"""

from clerkform.cli import main

main(prog_name="clerkform")
