"""Accounts elsewhere that were disconnected, so that their address alone does not connect them again."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('disconnected_identities',
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_disconnected_identities_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('issuer', 'subject', name=op.f('pk_disconnected_identities'))
    )
    with op.batch_alter_table('disconnected_identities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_disconnected_identities_user_id'), ['user_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('disconnected_identities', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_disconnected_identities_user_id'))

    op.drop_table('disconnected_identities')
