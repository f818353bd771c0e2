"""What every page shares: the decorator that guards it, paging, export. No models; imports no other app."""
