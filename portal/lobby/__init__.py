"""The lobby from the portal's side: what visitors on their phones and clerks at their counters see of the line."""
