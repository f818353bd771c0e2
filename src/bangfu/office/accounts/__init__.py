"""People who work here: users, roles, and the areas and bureaus in which they hold them."""
