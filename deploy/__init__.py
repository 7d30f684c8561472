"""Where and how Huikuan runs: local processes, images, mappings of foreign files."""
