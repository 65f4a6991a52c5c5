"""The commands `ieum demo`, `ieum stack` and `ieum doctor`."""
