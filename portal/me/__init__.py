"""What a resident finds when they have shown who they are: their appointments, what travels with them, where they are signed in."""
