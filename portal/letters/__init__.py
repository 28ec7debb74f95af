"""Letters: what the outbox says must be told, in the resident's words, carried by e-mail or text message."""
