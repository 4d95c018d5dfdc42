"""Long work: asked for in a transaction, done by a worker, told of in a row of ours."""
