"""The open data as rows and as a document."""
