"""The register over time, long work, certificates of every kind, case studies, drafts of questionnaires, the audit as a chain."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('register_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('uploaded_by', sa.String(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by', sa.String(), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('preview', 'applying', 'applied', 'discarded')", name=op.f('ck_register_imports_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_imports')),
    sqlite_autoincrement=True
    )
    op.create_table('jobs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('memory', sa.JSON(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_stopping', sa.Boolean(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('result_name', sa.String(), nullable=False),
    sa.Column('result_type', sa.String(), nullable=False),
    sa.Column('result_key', sa.String(), nullable=False),
    sa.Column('result_bytes', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f('ck_jobs_state_known')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_jobs_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_jobs_state_beat_at'), ['state', 'beat_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_jobs_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_jobs_unfinished', ['key'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'running')"), postgresql_where=sa.text("state IN ('waiting', 'running')"))
    op.create_table('questionnaire_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('based_on_id', sa.Integer(), nullable=True),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['based_on_id'], ['questionnaire_versions.id'], name=op.f('fk_questionnaire_drafts_based_on_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire_drafts')),
    sa.UniqueConstraint('code', name=op.f('uq_questionnaire_drafts_code'))
    )
    op.create_table('aliases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('folded', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_aliases_organisation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aliases'))
    )
    with op.batch_alter_table('aliases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aliases_folded'), ['folded'], unique=False)
        batch_op.create_index(batch_op.f('ix_aliases_organisation_id_folded'), ['organisation_id', 'folded'], unique=True)
    op.create_table('holdings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('noted_by', sa.String(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('social_value_charter', 'social_value_award', 'prevention_pledge', 'fair_employment_charter', 'toms')", name=op.f('ck_holdings_kind_known')),
    sa.CheckConstraint('until IS NULL OR until >= since', name=op.f('ck_holdings_days_in_order')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_holdings_organisation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holdings'))
    )
    with op.batch_alter_table('holdings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_holdings_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_holdings_organisation_id_kind_since'), ['organisation_id', 'kind', 'since'], unique=True)
    op.create_table('organisation_names',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('printed_name', sa.String(), nullable=False),
    sa.Column('folded', sa.String(), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.CheckConstraint('until IS NULL OR since IS NULL OR until >= since', name=op.f('ck_organisation_names_days_in_order')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_organisation_names_organisation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_names'))
    )
    with op.batch_alter_table('organisation_names', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisation_names_folded'), ['folded'], unique=False)
        batch_op.create_index(batch_op.f('ix_organisation_names_organisation_id'), ['organisation_id'], unique=False)
    op.create_table('register_import_rows',
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('is_applied', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['register_imports.id'], name=op.f('fk_register_import_rows_import_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_register_import_rows_organisation_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('import_id', 'line', name=op.f('pk_register_import_rows'))
    )
    with op.batch_alter_table('register_import_rows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_register_import_rows_import_id_verdict_line'), ['import_id', 'verdict', 'line'], unique=False)
    op.create_table('case_studies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('round_code', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('story', sa.Text(), nullable=False),
    sa.Column('pledge', sa.Integer(), nullable=False),
    sa.Column('place_code', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('permitted_by', sa.String(), nullable=False),
    sa.Column('permitted_on', sa.Date(), nullable=False),
    sa.Column('picture_id', sa.String(), nullable=True),
    sa.Column('picture_words', sa.String(), nullable=False),
    sa.Column('published_by', sa.String(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(), nullable=False),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name=op.f('ck_case_studies_withdrawn_with_reason')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_case_studies_organisation_id')),
    sa.ForeignKeyConstraint(['picture_id'], ['evidence_files.id'], name=op.f('fk_case_studies_picture_id')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_case_studies_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_studies')),
    sa.UniqueConstraint('slug', name=op.f('uq_case_studies_slug'))
    )
    with op.batch_alter_table('case_studies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_studies_organisation_id_round_code'), ['organisation_id', 'round_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_studies_place_code'), ['place_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_studies_return_id'), ['return_id'], unique=False)
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('previous', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('digest', sa.String(), server_default='', nullable=False))
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(), server_default='return', nullable=False))
        batch_op.add_column(sa.Column('organisation_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('award', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('held_since', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('held_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('superseded_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_by', sa.String(), server_default='', nullable=False))
    op.execute('UPDATE certificates SET organisation_id = (SELECT returns.organisation_id FROM returns WHERE returns.id = certificates.return_id)')
    op.execute('UPDATE certificates SET superseded_on = (SELECT newer.issued_on FROM certificates AS newer WHERE newer.number = certificates.superseded_by)')
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.alter_column('organisation_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('return_id', existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column('revision', existing_type=sa.Integer(), nullable=True)
        batch_op.create_index(batch_op.f('ix_certificates_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_certificates_organisation_id'), 'organisations', ['organisation_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_certificates_kind_known'), "kind IN ('return', 'signatory', 'award')")
        batch_op.create_check_constraint(batch_op.f('ck_certificates_return_fits_kind'), "(kind = 'return') = (return_id IS NOT NULL)")
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_signatory', sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column('hosted_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('member_of_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('merged_on', sa.Date(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_organisations_merged_into_id'), 'organisations', ['merged_into_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_organisations_hosted_by_id'), 'organisations', ['hosted_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_organisations_member_of_id'), 'organisations', ['member_of_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_organisations_merged_on_a_day'), '(merged_into_id IS NULL) = (merged_on IS NULL)')


def downgrade() -> None:
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_organisations_merged_on_a_day'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_organisations_member_of_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_organisations_hosted_by_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_organisations_merged_into_id'), type_='foreignkey')
        batch_op.drop_column('merged_on')
        batch_op.drop_column('merged_into_id')
        batch_op.drop_column('member_of_id')
        batch_op.drop_column('hosted_by_id')
        batch_op.drop_column('is_signatory')
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_certificates_return_fits_kind'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_certificates_kind_known'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_certificates_organisation_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_certificates_organisation_id'))
        batch_op.alter_column('revision',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.alter_column('return_id',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.drop_column('withdrawn_by')
        batch_op.drop_column('superseded_on')
        batch_op.drop_column('held_until')
        batch_op.drop_column('held_since')
        batch_op.drop_column('award')
        batch_op.drop_column('organisation_id')
        batch_op.drop_column('kind')
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_column('digest')
        batch_op.drop_column('previous')
        batch_op.drop_column('address')
    with op.batch_alter_table('case_studies', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_studies_return_id'))
        batch_op.drop_index(batch_op.f('ix_case_studies_place_code'))
        batch_op.drop_index(batch_op.f('ix_case_studies_organisation_id_round_code'))
    op.drop_table('case_studies')
    with op.batch_alter_table('register_import_rows', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_register_import_rows_import_id_verdict_line'))
    op.drop_table('register_import_rows')
    with op.batch_alter_table('organisation_names', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisation_names_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_organisation_names_folded'))
    op.drop_table('organisation_names')
    with op.batch_alter_table('holdings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_holdings_organisation_id_kind_since'))
        batch_op.drop_index(batch_op.f('ix_holdings_kind'))
    op.drop_table('holdings')
    with op.batch_alter_table('aliases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aliases_organisation_id_folded'))
        batch_op.drop_index(batch_op.f('ix_aliases_folded'))
    op.drop_table('aliases')
    op.drop_table('questionnaire_drafts')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index('uq_jobs_unfinished', sqlite_where=sa.text("state IN ('waiting', 'running')"), postgresql_where=sa.text("state IN ('waiting', 'running')"))
        batch_op.drop_index(batch_op.f('ix_jobs_user_id'))
        batch_op.drop_index(batch_op.f('ix_jobs_state_beat_at'))
    op.drop_table('jobs')
    op.drop_table('register_imports')
