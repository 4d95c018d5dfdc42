"""What looks at the portal from outside: a public scanner against a running demonstration, and advisories about dependencies."""
