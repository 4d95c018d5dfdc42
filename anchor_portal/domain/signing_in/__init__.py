"""Rules of signing in: how long a session lasts, who needs a second factor, how attempts are slowed down."""
