"""The recipe of clipig-tiny: from package names to weights. `python3 -m models.recipe --help`."""
