"""Organisations as a round was published with them, and interests across the mergers that were recorded before."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

NEWEST = """
SELECT round_id, inputs FROM publications WHERE revision = (
    SELECT MAX(revision) FROM publications AS other WHERE other.round_id = publications.round_id
) ORDER BY round_id
"""
MEMBERS = sa.text("""
INSERT INTO round_members (round_id, organisation_id, is_expected, sector, place, headcount)
VALUES (:round_id, :organisation_id, :is_expected, :sector, :place, :headcount)
""")
ACROSS = """
INSERT INTO interests (user_id, organisation_id)
SELECT known.user_id, tied.organisation_id FROM (
    SELECT user_id, organisation_id FROM interests
    UNION SELECT user_id, organisation_id FROM grants WHERE organisation_id IS NOT NULL
) AS known JOIN (
    SELECT id AS of_id, merged_into_id AS organisation_id FROM organisations WHERE merged_into_id IS NOT NULL
    UNION SELECT merged_into_id, id FROM organisations WHERE merged_into_id IS NOT NULL
) AS tied ON tied.of_id = known.organisation_id
WHERE known.user_id IN (SELECT user_id FROM grants WHERE role = 'member') AND NOT EXISTS (
    SELECT 1 FROM interests AS has
    WHERE has.user_id = known.user_id AND has.organisation_id = tied.organisation_id
)
GROUP BY known.user_id, tied.organisation_id
"""


def upgrade() -> None:
    op.create_table('round_members',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('is_expected', sa.Boolean(), nullable=False),
    sa.Column('sector', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('headcount', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_round_members_organisation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_round_members_round_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'organisation_id', name=op.f('pk_round_members'))
    )
    with op.batch_alter_table('round_members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_members_organisation_id'), ['organisation_id'], unique=False)
    connection = op.get_bind()
    ids = {slug: id_ for id_, slug in connection.execute(sa.text("SELECT id, slug FROM organisations"))}
    for round_id, inputs in connection.execute(sa.text(NEWEST)).all():
        rows = [row | {"round_id": round_id} for row in _members(inputs, ids)]
        if rows:
            connection.execute(MEMBERS, rows)
    while connection.execute(sa.text(ACROSS)).rowcount > 0:
        pass


def _members(inputs: str, ids: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The organisations that a publication was made from; none of the earliest format, which did not keep them."""
    first, *lines = inputs.split("\n")
    frame = json.loads(first)
    if not isinstance(frame, dict) or frame.get("format") != 2:
        return
    for line in lines:
        if not line.startswith("["):
            return
        slug, _, sector, place, _, is_expected, _, headcount = json.loads(line)
        if slug in ids:
            yield {
                "organisation_id": ids[slug],
                "is_expected": is_expected,
                "sector": sector,
                "place": place,
                "headcount": None if headcount is None else int(Decimal(headcount) * 100),
            }


def downgrade() -> None:
    op.drop_table('round_members')
