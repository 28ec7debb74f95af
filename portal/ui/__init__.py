"""The parts that every page is made of, as plain functions of words. No State in here: it is handed in as Vars."""
