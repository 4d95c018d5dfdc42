"""The whole portal as one file, made while it is in use, and put back into an empty place."""
