"""What understands: which topic a message is about. Only `components` imports rasa."""
