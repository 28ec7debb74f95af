"""Vila Clara, a town that doesn't exist, and a day in it: for trying out, never for a real installation.

vila-clara.toml   the town
day.py            a day under way there: who sits, who waits
past.py           the four weeks before it
"""
