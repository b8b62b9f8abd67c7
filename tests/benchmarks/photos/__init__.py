"""Benchmarks of photos: finding used ones again, the index, seconds."""
