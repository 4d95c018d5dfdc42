"""The Beacon indicators that others publish: uploaded files and their values; programmes and milestones by theme."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('beacon_uploads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('staged', sa.Text(), nullable=True),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('other_areas', sa.Integer(), nullable=False),
    sa.Column('categories', sa.Integer(), nullable=False),
    sa.Column('uploaded_by', sa.String(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by', sa.String(), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.String(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undo_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('preview', 'applied', 'undone')", name=op.f('ck_beacon_uploads_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_beacon_uploads')),
    sqlite_autoincrement=True
    )
    op.create_table('beacon_actions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('theme_code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('programme', 'milestone')", name=op.f('ck_beacon_actions_kind_known')),
    sa.CheckConstraint("state IN ('planned', 'under_way', 'done')", name=op.f('ck_beacon_actions_state_known')),
    sa.CheckConstraint('version > 0', name=op.f('ck_beacon_actions_version_positive')),
    sa.ForeignKeyConstraint(['theme_code'], ['themes.code'], name=op.f('fk_beacon_actions_theme_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_beacon_actions')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('beacon_actions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_beacon_actions_theme_code'), ['theme_code'], unique=False)

    op.create_table('beacon_series',
    sa.Column('upload_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('ident', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('age', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('same', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['number'], ['beacon_indicators.number'], name=op.f('fk_beacon_series_number')),
    sa.ForeignKeyConstraint(['upload_id'], ['beacon_uploads.id'], name=op.f('fk_beacon_series_upload_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('upload_id', 'position', name=op.f('pk_beacon_series')),
    sa.UniqueConstraint('upload_id', 'number', name=op.f('uq_beacon_series_upload_id_number'))
    )
    with op.batch_alter_table('beacon_series', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_beacon_series_ident'), ['ident'], unique=False)

    op.create_table('beacon_values',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('upload_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('area', sa.String(), nullable=False),
    sa.Column('sex', sa.String(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('sortable', sa.Integer(), nullable=False),
    sa.Column('value', sa.String(), nullable=True),
    sa.Column('lower', sa.String(), nullable=True),
    sa.Column('upper', sa.String(), nullable=True),
    sa.Column('count', sa.String(), nullable=True),
    sa.Column('denominator', sa.String(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('is_shown', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['number'], ['beacon_indicators.number'], name=op.f('fk_beacon_values_number')),
    sa.ForeignKeyConstraint(['upload_id'], ['beacon_uploads.id'], name=op.f('fk_beacon_values_upload_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_beacon_values')),
    sa.UniqueConstraint('upload_id', 'number', 'area', 'sex', 'period', name=op.f('uq_beacon_values_upload_id_number_area_sex_period'))
    )
    with op.batch_alter_table('beacon_values', schema=None) as batch_op:
        batch_op.create_index('ix_beacon_values_number_sortable', ['number', 'sortable'], unique=False)
        batch_op.create_index('uq_beacon_values_shown', ['number', 'area', 'sex', 'period'], unique=True,
                              sqlite_where=sa.text('is_shown'), postgresql_where=sa.text('is_shown'))


def downgrade() -> None:
    op.drop_table('beacon_values')
    op.drop_table('beacon_series')
    op.drop_table('beacon_actions')
    op.drop_table('beacon_uploads')
