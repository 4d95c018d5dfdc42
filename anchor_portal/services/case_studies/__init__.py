"""The library of case studies: publishing with permission, withdrawing with it."""
