"""The book's promises, proven at length by `make prove`; `make test` runs a short form of each, and takes the guards away."""
