"""Running a round: its steps, more time for one organisation, and reminders."""
