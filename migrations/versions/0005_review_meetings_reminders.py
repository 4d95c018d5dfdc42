"""Review in depth, meetings with their actions, and what runs a round: steps, more time, reminders."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('extensions',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('given_by', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_extensions_organisation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_extensions_round_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('round_id', 'organisation_id', name=op.f('pk_extensions'))
    )
    op.create_table('meetings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('starts_at', sa.String(), nullable=False),
    sa.Column('venue', sa.String(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('chair', sa.String(), nullable=False),
    sa.Column('present', sa.Text(), nullable=False),
    sa.Column('apologies', sa.Text(), nullable=False),
    sa.Column('declarations', sa.Text(), nullable=False),
    sa.Column('agreed_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('planned', 'held', 'agreed')", name=op.f('ck_meetings_state_known')),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_meetings_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetings')),
    sa.UniqueConstraint('reference', name=op.f('uq_meetings_reference'))
    )
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetings_held_on'), ['held_on'], unique=False)
    op.create_table('reminder_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('written_by', sa.String(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("audience IN ('unanswered', 'waiting_for_signature', 'queried')", name=op.f('ck_reminder_plans_audience_known')),
    sa.CheckConstraint('days BETWEEN -120 AND 120', name=op.f('ck_reminder_plans_days_near')),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_reminder_plans_round_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_plans'))
    )
    with op.batch_alter_table('reminder_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_plans_round_id'), ['round_id'], unique=False)
    op.create_table('round_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_round_steps_round_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_steps'))
    )
    with op.batch_alter_table('round_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_steps_round_id'), ['round_id'], unique=False)
    op.create_table('agenda_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('lead', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'organisation') = (organisation_id IS NOT NULL)", name=op.f('ck_agenda_items_organisation_fits_kind')),
    sa.CheckConstraint("kind IN ('welcome', 'interests', 'minutes', 'actions', 'figures', 'organisation', 'business')", name=op.f('ck_agenda_items_kind_known')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_agenda_items_meeting_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_agenda_items_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_items'))
    )
    with op.batch_alter_table('agenda_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agenda_items_meeting_id_position'), ['meeting_id', 'position'], unique=False)
        batch_op.create_index(batch_op.f('ix_agenda_items_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index('uq_agenda_items_organisation', ['meeting_id', 'organisation_id'], unique=True)
    op.create_table('pledge_outcomes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('pledge', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("outcome IN ('met', 'making_progress', 'not_yet_evidenced', 'not_applicable')", name=op.f('ck_pledge_outcomes_outcome_known')),
    sa.CheckConstraint('pledge BETWEEN 1 AND 7', name=op.f('ck_pledge_outcomes_pledge_known')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_pledge_outcomes_return_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_pledge_outcomes_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge_outcomes'))
    )
    with op.batch_alter_table('pledge_outcomes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pledge_outcomes_return_id_pledge_id'), ['return_id', 'pledge', 'id'], unique=False)
    op.create_table('reminders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=True),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('occasion', sa.String(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_reminders_message_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_reminders_organisation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['plan_id'], ['reminder_plans.id'], name=op.f('fk_reminders_plan_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_reminders_round_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reminders_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders')),
    sa.UniqueConstraint('plan_id', 'organisation_id', 'user_id', 'occasion', name=op.f('uq_reminders_plan_id_organisation_id_user_id_occasion'))
    )
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminders_round_id_organisation_id_at'), ['round_id', 'organisation_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminders_user_id'), ['user_id'], unique=False)
    op.create_table('review_assignments',
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('assigned_by', sa.String(), nullable=False),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_review_assignments_return_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_review_assignments_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('return_id', 'user_id', name=op.f('pk_review_assignments'))
    )
    with op.batch_alter_table('review_assignments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_assignments_user_id'), ['user_id'], unique=False)
    op.create_table('review_comments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('pledge', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('pledge BETWEEN 0 AND 7', name=op.f('ck_review_comments_pledge_known')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_review_comments_return_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_review_comments_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_comments'))
    )
    with op.batch_alter_table('review_comments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_comments_return_id'), ['return_id'], unique=False)
    op.create_table('review_decisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict IN ('accept', 'return')", name=op.f('ck_review_decisions_verdict_known')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_review_decisions_return_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_review_decisions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_decisions'))
    )
    with op.batch_alter_table('review_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_decisions_return_id_id'), ['return_id', 'id'], unique=False)
    op.create_table('review_signals',
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('unexplained', sa.Integer(), nullable=False),
    sa.Column('explained', sa.Integer(), nullable=False),
    sa.Column('is_first', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_review_signals_return_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('return_id', 'revision', name=op.f('pk_review_signals'))
    )
    op.create_table('review_opinions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict IN ('accept', 'return')", name=op.f('ck_review_opinions_verdict_known')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.id'], name=op.f('fk_review_opinions_return_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_review_opinions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_opinions'))
    )
    with op.batch_alter_table('review_opinions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_opinions_return_id_revision_user_id'), ['return_id', 'revision', 'user_id'], unique=True)
    op.create_table('actions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'open') = (ended_on IS NULL)", name=op.f('ck_actions_ended_with_a_day')),
    sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f('ck_actions_state_known')),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_items.id'], name=op.f('fk_actions_item_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_actions_meeting_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_actions_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_actions')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('actions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_actions_meeting_id'), ['meeting_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_actions_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_actions_state'), ['state'], unique=False)
    op.create_table('action_updates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['actions.id'], name=op.f('fk_action_updates_action_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_action_updates_meeting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_updates'))
    )
    with op.batch_alter_table('action_updates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_action_updates_action_id'), ['action_id'], unique=False)
    op.create_table('decisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_items.id'], name=op.f('fk_decisions_item_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decisions_item_id'), ['item_id'], unique=False)
    op.create_table('item_outcomes',
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('outcome_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['agenda_items.id'], name=op.f('fk_item_outcomes_item_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['outcome_id'], ['pledge_outcomes.id'], name=op.f('fk_item_outcomes_outcome_id')),
    sa.PrimaryKeyConstraint('item_id', 'outcome_id', name=op.f('pk_item_outcomes'))
    )
    with op.batch_alter_table('item_outcomes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_outcomes_outcome_id'), ['outcome_id'], unique=False)
    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.add_column(sa.Column('opinions_needed', sa.Integer(), server_default='1', nullable=False))
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('reminders_off_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_column('reminders_off_at')
        batch_op.drop_column('last_seen_at')
    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.drop_column('opinions_needed')
    with op.batch_alter_table('item_outcomes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_item_outcomes_outcome_id'))
    op.drop_table('item_outcomes')
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decisions_item_id'))
    op.drop_table('decisions')
    with op.batch_alter_table('action_updates', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_action_updates_action_id'))
    op.drop_table('action_updates')
    with op.batch_alter_table('actions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_actions_state'))
        batch_op.drop_index(batch_op.f('ix_actions_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_actions_meeting_id'))
    op.drop_table('actions')
    with op.batch_alter_table('review_opinions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_opinions_return_id_revision_user_id'))
    op.drop_table('review_opinions')
    op.drop_table('review_signals')
    with op.batch_alter_table('review_decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_decisions_return_id_id'))
    op.drop_table('review_decisions')
    with op.batch_alter_table('review_comments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_comments_return_id'))
    op.drop_table('review_comments')
    with op.batch_alter_table('review_assignments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_assignments_user_id'))
    op.drop_table('review_assignments')
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminders_user_id'))
        batch_op.drop_index(batch_op.f('ix_reminders_round_id_organisation_id_at'))
    op.drop_table('reminders')
    with op.batch_alter_table('pledge_outcomes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pledge_outcomes_return_id_pledge_id'))
    op.drop_table('pledge_outcomes')
    with op.batch_alter_table('agenda_items', schema=None) as batch_op:
        batch_op.drop_index('uq_agenda_items_organisation')
        batch_op.drop_index(batch_op.f('ix_agenda_items_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_agenda_items_meeting_id_position'))
    op.drop_table('agenda_items')
    with op.batch_alter_table('round_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_round_steps_round_id'))
    op.drop_table('round_steps')
    with op.batch_alter_table('reminder_plans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminder_plans_round_id'))
    op.drop_table('reminder_plans')
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetings_held_on'))
    op.drop_table('meetings')
    op.drop_table('extensions')
