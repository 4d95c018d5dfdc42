"""The application for a WSGI server."""

import gc

from anchor_portal import create_app

app = create_app()

# What is loaded by now stays for ever: the collector need not look at it again with each request.
gc.collect()
gc.freeze()
