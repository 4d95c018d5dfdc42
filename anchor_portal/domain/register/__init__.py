"""The register of organisations: names compared, identifiers checked, what is held and for how long, files of a register."""
