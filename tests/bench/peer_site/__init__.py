"""Another program's site, for comparison: runs in an environment of its own (see ../peer.py), never in ours."""
