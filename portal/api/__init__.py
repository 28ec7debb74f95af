"""REST, version 1: the same verbs as the pages, for a town's own programs and for whoever integrates with them."""
