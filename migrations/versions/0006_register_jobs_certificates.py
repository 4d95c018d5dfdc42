"""The register over time, long work, certificates of every kind, case studies, drafts of questionnaires, the audit as a chain."""

import json
import re
import unicodedata
from datetime import UTC
from hashlib import sha256

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
    sa.Column('options', sa.JSON(), nullable=False),
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
    op.create_table('job_workers',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_workers'))
    )
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
    sa.Column('from_round', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
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
    sa.Column('decision', sa.String(), nullable=False),
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
    _add_full_text()
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('position', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('previous', sa.String(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('digest', sa.String(), server_default='', nullable=False))
        batch_op.create_index(batch_op.f('ix_audit_entries_position'), ['position'], unique=True)
        batch_op.create_index(batch_op.f('ix_audit_entries_action'), ['action'], unique=False)
    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    _chain_the_audit(op.get_bind())
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
        batch_op.drop_index(batch_op.f('ix_certificates_return_id_revision'))
        batch_op.create_index(batch_op.f('ix_certificates_return_id_revision'), ['return_id', 'revision'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_certificates_organisation_id'), 'organisations', ['organisation_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_certificates_kind_known'), "kind IN ('return', 'signatory', 'award')")
        batch_op.create_check_constraint(batch_op.f('ck_certificates_return_fits_kind'), "(kind = 'return') = (return_id IS NOT NULL)")
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_signatory', sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column('hosted_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('member_of_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('merged_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('search_name', sa.String(), server_default='', nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_organisations_merged_into_id'), 'organisations', ['merged_into_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_organisations_hosted_by_id'), 'organisations', ['hosted_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_organisations_member_of_id'), 'organisations', ['member_of_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_organisations_merged_on_a_day'), '(merged_into_id IS NULL) = (merged_on IS NULL)')
    _fill_search_names()


def _fill_search_names() -> None:
    """As models/register.search_name did when this was released."""
    connection = op.get_bind()
    rows = connection.execute(sa.text('SELECT id, name, printed_name FROM organisations')).all()
    for ident, *names in rows:
        words = ' | '.join(dict.fromkeys(filter(None, map(_plain, names))))
        connection.execute(sa.text('UPDATE organisations SET search_name = :words WHERE id = :id'), {'words': words, 'id': ident})


def _plain(name: str) -> str:
    text = unicodedata.normalize('NFKD', unicodedata.normalize('NFKC', name).casefold())
    text = unicodedata.normalize('NFC', re.sub('[\u0300-\u036f]', '', text))
    text = re.sub("['\u2019\u2018\u201b\u02bc\u02b9`\u00b4\u2032\uff07]", '', text).replace('&', ' and ')
    return ' '.join(''.join(sign if sign.isalnum() else ' ' for sign in text).split())


def _chain_the_audit(connection: sa.Connection) -> None:
    """Give every entry so far its place, in the order in which they were written, as the portal does from now on."""
    entries = sa.table(
        'audit_entries',
        sa.column('id', sa.Integer()), sa.column('at', sa.DateTime(timezone=True)),
        *(sa.column(name, sa.String()) for name in ('who', 'action', 'subject', 'detail', 'address', 'previous', 'digest')),
        sa.column('position', sa.Integer()),
    )
    position, last = 0, ''
    for row in connection.execute(sa.select(entries).order_by(entries.c.id)).all():
        position += 1
        at = (row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)).isoformat(timespec='microseconds')
        said = [last, position, at, row.who, row.action, row.subject, row.detail, row.address]
        digest = sha256(json.dumps(said, ensure_ascii=False, separators=(',', ':')).encode('utf-8', 'surrogatepass')).hexdigest()
        values = {'position': position, 'previous': last, 'digest': digest}
        connection.execute(sa.update(entries).where(entries.c.id == row.id).values(**values))
        last = digest
    connection.execute(sa.text('INSERT INTO audit_head (id, position, digest) VALUES (1, :position, :digest)'),
                       {'position': position, 'digest': last})


def downgrade() -> None:
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_organisations_merged_on_a_day'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_organisations_member_of_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_organisations_hosted_by_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_organisations_merged_into_id'), type_='foreignkey')
        batch_op.drop_column('search_name')
        batch_op.drop_column('version')
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
        batch_op.drop_index(batch_op.f('ix_certificates_return_id_revision'))
        batch_op.create_index(batch_op.f('ix_certificates_return_id_revision'), ['return_id', 'revision'], unique=True)
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
    op.drop_table('audit_head')
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entries_action'))
        batch_op.drop_index(batch_op.f('ix_audit_entries_position'))
        batch_op.drop_column('position')
        batch_op.drop_column('digest')
        batch_op.drop_column('previous')
        batch_op.drop_column('address')
    _drop_full_text()
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
    op.drop_table('job_workers')
    op.drop_table('jobs')
    op.drop_table('register_imports')


def _add_full_text() -> None:
    """Full text of case studies: an index of stems on PostgreSQL, a table of its own kept by triggers on SQLite."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("CREATE INDEX case_study_words ON case_studies USING gin (to_tsvector('english'::regconfig, words))")
        return
    op.execute("CREATE VIRTUAL TABLE case_study_words USING fts5(words, tokenize='porter unicode61')")
    put = 'INSERT INTO case_study_words (rowid, words) VALUES (new.id, new.words);'
    take = 'DELETE FROM case_study_words WHERE rowid = old.id;'
    op.execute(f'CREATE TRIGGER case_study_words_put AFTER INSERT ON case_studies BEGIN {put} END')
    op.execute(f'CREATE TRIGGER case_study_words_take AFTER DELETE ON case_studies BEGIN {take} END')
    op.execute(f'CREATE TRIGGER case_study_words_change AFTER UPDATE OF words ON case_studies BEGIN {take} {put} END')


def _drop_full_text() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP INDEX case_study_words')
        return
    for trigger in ('put', 'take', 'change'):
        op.execute(f'DROP TRIGGER case_study_words_{trigger}')
    op.execute('DROP TABLE case_study_words')
