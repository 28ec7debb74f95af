"""What the town says about itself: accessibility and privacy."""
