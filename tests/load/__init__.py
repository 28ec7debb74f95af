"""Many clients at once, over HTTP, against a served town: for `make bench` and `make prove`."""
