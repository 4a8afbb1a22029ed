"""exoprobe: what is still hiding in a deep feature?

Four nouns, one direction: a *dataset* (images, factors, groups, splits) is turned by a network's layer into
a *representation*, which *probes* read out; *figures* and tables show what they found. The library takes
arrays, tensors and paths; it knows nothing of the workflow engine that calls it.
"""
