"""The library: case studies and the pages of organisations, for everyone; and who publishes what."""
