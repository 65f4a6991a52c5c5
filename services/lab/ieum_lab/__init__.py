"""For trying and testing: the embedded stack, the simulator, fixtures; not in an agency's image.

May import ieum and ieum_contracts, which never import it. Its own layers, from the top: commands and testing,
simulator, embedded.
"""
