"""Tokens in place of ID numbers: keys, what is hashed, files of tokens, and linking by them."""
