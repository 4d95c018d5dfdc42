"""How Alembic reaches the database: the connection is handed over by anchor_portal.services.migration."""

from alembic import context

from anchor_portal.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
