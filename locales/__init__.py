"""Every word a person reads, in every language the house speaks.

`catalogue` looks words up, `dates` writes days and hours as people say them, `pages` makes one
prerendered route per language. Adding a language is adding a folder with a `messages.po`, whose
`Language` header names the region that decides plurals and month names (`pt_PT`).
"""
