"""The clinic's own details: settings, opening hours and the phrases made from them."""
