"""Published values of the Beacon indicators, and what the system does about them."""
