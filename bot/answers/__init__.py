"""What speaks: the approved answers, their provenance and how they are worded per channel."""
