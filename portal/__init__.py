"""The resident's side and the staff's side of the same promises.

`app` puts the rooms together, `routes` is the sitemap, `ui` draws, and every capability has a room of its own:
`catalogue` (find a service), `appointments` (book, move, cancel), `statements` (what we say about ourselves).
"""
