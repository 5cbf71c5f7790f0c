"""What protects: recognizes a person in danger and answers with emergency resources. Imports no rasa."""
