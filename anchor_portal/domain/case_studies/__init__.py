"""Case studies: what an organisation told and allowed to be published, and how it is found."""
