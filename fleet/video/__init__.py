"""What drones' cameras see: their streams' facts, and sample by sample where they look."""
