"""Claims pushed through the whole service while its parts are killed."""
