"""The parts every page is made of, drawn with plain HTML elements and the classes of `assets/styles/`.

No State lives here: values come in as plain strings or as State Vars, words come from the catalogue in
the language being spoken while the page is built, and what a part does is an event handed in.
"""
