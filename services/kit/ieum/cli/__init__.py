"""The `ieum` command: data on stdout, progress on stderr, and an exit code with the result.

One file a command. The top layer: may import every package of the kit. `ieum_lab` adds commands by entry
points.
"""
