"""The application as WSGI servers look for it: `wsgi:app`."""

from anchor_portal import create_app

app = create_app()
