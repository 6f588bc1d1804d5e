"""The event log: append-only, durable before effect, SQLite or PostgreSQL by SQLAlchemy."""
