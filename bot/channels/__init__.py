"""Where the assistant is reached; every channel goes through the front desk."""
