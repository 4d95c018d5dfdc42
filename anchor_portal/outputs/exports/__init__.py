"""A round's other exports: JSON, and the summary on paper."""
