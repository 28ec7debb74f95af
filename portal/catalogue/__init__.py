"""Find a service: home, search in everyday words, the list by topic, one page for each service."""
