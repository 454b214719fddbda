"""Alembic's environment: runs on the connection that ``bot.helpdesk.database.migrate`` hands in."""

from alembic import context

from bot.helpdesk.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
