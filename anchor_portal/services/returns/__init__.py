"""What an organisation does with its return, and what the Assembly answers."""
