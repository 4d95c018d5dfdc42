"""The application for a WSGI server."""

import gc
import sys

from anchor_portal import create_app
from anchor_portal.config import SettingRefused
from anchor_portal.logs import logger, write_json_lines

NO_USE_TO_TRY_AGAIN = 3
"""With this exit code a process tells gunicorn that others would end as it did."""

try:
    app = create_app()
except SettingRefused as refusal:
    write_json_lines(logger.name)
    logger.critical("not started: %s", refusal)
    sys.exit(NO_USE_TO_TRY_AGAIN)

# What is loaded by now stays for ever: the collector need not look at it again. A request makes some thousands of objects,
# nearly all of which end with it, so that looking after every 700 of them, as is usual, finds nothing.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
