"""What of the district is reached in time: now, planned, and with other sites."""
