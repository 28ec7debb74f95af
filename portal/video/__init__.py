"""Video appointments: a link of ours that never changes, and behind it the meeting, wherever it takes place."""
