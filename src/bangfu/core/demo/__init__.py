"""The synthetic county, with truth planted by cause."""
