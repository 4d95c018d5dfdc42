"""Values in, bytes or rows out: charts, documents and files, none of which knows the database or Flask."""
