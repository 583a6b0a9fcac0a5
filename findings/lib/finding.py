"""What the Python parts of findings share."""

import sys


def expect(what, found, wanted):
    """Shows what was found, and ends the script where it is not what the finding says."""
    print(f"{what}: {found}")
    if found != wanted:
        sys.exit(f"changed: {what} is {found!r}, it was {wanted!r}")


def holds(what, found, condition):
    """The same for figures that are compared otherwise."""
    print(f"{what}: {found}")
    if not condition:
        sys.exit(f"changed: {what} is {found}")
