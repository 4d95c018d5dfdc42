"""How Alembic reaches the database: the connection is handed over by anchor_portal.services.migration."""

from alembic import context

from anchor_portal.models import Base


def _is_of_a_model(name: str | None, kind: str, parents: object) -> bool:
    """Whether Alembic compares it with the models: the full text of case studies has none (migration 0006)."""
    return not (name or "").startswith("case_study_words")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=_is_of_a_model,
)
with context.begin_transaction():
    context.run_migrations()
