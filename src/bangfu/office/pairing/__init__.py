"""Who helps which household, what is planned for it, and campaigns that look at it again."""
