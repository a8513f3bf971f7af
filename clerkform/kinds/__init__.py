"""The kinds, one a file. ``KINDS`` finds them by itself."""

import sys

from clerkform import discovery
from clerkform.model import Registry

KINDS = Registry(discovery.exports(sys.modules[__name__], "KIND").values())
