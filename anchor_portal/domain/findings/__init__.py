"""What figures say: whether they rise, beside what, how surely, in which words."""
