"""Custom actions for what needs code and may fail; the answers do not depend on them."""
