"""What publishing and the dashboards keep: who published, returns counted by status, what was carried or moved."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

STATUSES = ('not_started', 'in_progress', 'ready_for_sign_off', 'submitted', 'returned', 'accepted', 'nil_return', 'withdrawn', 'correcting')

COUNT = """
INSERT INTO return_counts (round_id, status, number, unexpected)
SELECT returns.round_id, returns.status, count(*),
    sum(CASE WHEN organisations.joined_on > rounds.closes_on OR organisations.left_on <= rounds.closes_on THEN 1 ELSE 0 END)
FROM returns JOIN rounds ON rounds.id = returns.round_id JOIN organisations ON organisations.id = returns.organisation_id
GROUP BY returns.round_id, returns.status
"""


def upgrade() -> None:
    op.create_table('return_counts',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('unexpected', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint("status IN ({})".format(', '.join(f"'{status}'" for status in STATUSES)), name=op.f('ck_return_counts_status_known')),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_return_counts_round_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'status', name=op.f('pk_return_counts'))
    )
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('published_by', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('threshold', sa.Integer(), server_default='70', nullable=False))
    with op.batch_alter_table('totals', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.BigInteger(), server_default='0', nullable=False))
    with op.batch_alter_table('measures', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moved', sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f('ix_measures_round_id_moved'), ['round_id', 'moved'], unique=False)
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sort_name', sa.String(), server_default='', nullable=False))
    op.execute('UPDATE organisations SET sort_name = lower(name)')
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisations_sort_name_id'), ['sort_name', 'id'], unique=False)
    op.execute(COUNT)


def downgrade() -> None:
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisations_sort_name_id'))
        batch_op.drop_column('sort_name')
    with op.batch_alter_table('measures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_measures_round_id_moved'))
        batch_op.drop_column('moved')
    with op.batch_alter_table('totals', schema=None) as batch_op:
        batch_op.drop_column('carried')
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.drop_column('threshold')
        batch_op.drop_column('published_by')
    op.drop_table('return_counts')
