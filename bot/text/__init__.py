"""Text as numbers: normalization, sentence splitting and the sentence encoders. Imports no rasa."""
