"""Settings, URLs, navigation, the home page and the look of all pages."""
