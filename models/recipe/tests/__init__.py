"""Tests of the recipe: `python3 -m pytest models/recipe`."""
