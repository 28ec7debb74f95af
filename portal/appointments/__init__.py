"""Book, look up, move and cancel an appointment, one question a page.

`draft` keeps the answers while they are given, `*_state` answer the pages, `*_page` draw them, `words` says what
a visit is in the language being spoken, `refusals` says why something can't be done and what else can.
"""
