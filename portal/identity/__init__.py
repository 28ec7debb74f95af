"""Who is who: how somebody shows it, how long we take their word for it, and who may do what."""
