"""One outside thing each: an adapter is the only module that imports its outside thing."""
