"""What figures are made from and become: measures, totals, publication, proof."""
