"""The staff's side: how they come in, and what they find there."""
