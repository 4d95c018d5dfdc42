"""Every read of the database; what belongs to an organisation is found through the person asking."""
