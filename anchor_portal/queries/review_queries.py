"""The Assembly's queries about a return, in the order in which they were asked."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from anchor_portal.models import Return, ReviewQuery
from anchor_portal.queries.columns import QUERY, ItsQuery

_QUERIES = select(ReviewQuery).where(ReviewQuery.return_id == bindparam("return_id")).order_by(ReviewQuery.id)
_TO_READ = select(*QUERY).where(ReviewQuery.return_id == bindparam("return_id")).order_by(ReviewQuery.id)


def read_queries(session: Session, return_id: int) -> list[ItsQuery]:
    """Every query about a return, the first one first, where nobody replies."""
    return [ItsQuery._make(row) for row in session.connection().execute(_TO_READ, {"return_id": return_id}).all()]


def load_queries(session: Session, return_id: int) -> list[ReviewQuery]:
    """Every query about a return, the first one first."""
    return list(session.scalars(_QUERIES, {"return_id": return_id}))


def current_queries(queries: list[ReviewQuery], row: Return) -> list[ReviewQuery]:
    """Those that the organisation answers now: about the revision that it signed last."""
    return [query for query in queries if query.revision == row.revision]


def load_unanswered(session: Session, row: Return | None) -> list[ReviewQuery]:
    """The current queries without a reply."""
    queries = load_queries(session, row.id) if row else []
    return [query for query in queries if row and query.revision == row.revision and not query.answer]
