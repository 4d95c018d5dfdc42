"""The application for a WSGI server."""

import gc

from anchor_portal import create_app

app = create_app()

# What is loaded by now stays for ever: the collector need not look at it again. A request makes some thousands of objects,
# nearly all of which end with it, so that looking after every 700 of them, as is usual, finds nothing.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
