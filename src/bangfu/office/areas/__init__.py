"""Administrative areas from province to group, as a dated tree with 12-digit codes."""
