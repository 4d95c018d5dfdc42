"""Tagged PDF (PDF/UA-1): the tree of what a document is, a canvas that marks what it draws, flowables that say what they are."""
