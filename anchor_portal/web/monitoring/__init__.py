"""For whoever watches over the portal: health, and metrics."""
