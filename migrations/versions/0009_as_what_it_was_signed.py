"""As what kind of organisation a return was signed, and the last day that a merger took the place of."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

KIND = """
UPDATE submissions SET {column} = (
    SELECT organisations.{column} FROM returns JOIN organisations ON organisations.id = returns.organisation_id
    WHERE returns.id = submissions.return_id
)
"""


def upgrade() -> None:
    with op.batch_alter_table('submissions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sector', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('scale', sa.String(), nullable=True))
    for column in ('sector', 'scale'):
        op.execute(KIND.format(column=column))
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('left_before_merger', sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.drop_column('left_before_merger')
    with op.batch_alter_table('submissions', schema=None) as batch_op:
        batch_op.drop_column('scale')
        batch_op.drop_column('sector')
