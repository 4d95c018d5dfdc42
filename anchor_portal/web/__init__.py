"""The pages."""

from flask import Flask

from anchor_portal.web import (
    access,
    caching,
    compressing,
    errors,
    filters,
    headers,
    jobs,
    public,
    response,
    static_files,
    transactions,
    unchanged,
    uploads,
    well_known,
)
from anchor_portal.web.account import (
    invitations,
    messages,
    opting_out,
    own_account,
    passkeys,
    passwords,
    people,
    providers,
    second_factor,
)
from anchor_portal.web.account import sign_in as account
from anchor_portal.web.assembly import (
    actions,
    dashboards,
    interests,
    lineage,
    meeting_agenda,
    meeting_recording,
    meetings,
    reviewers,
    reviews,
)
from anchor_portal.web.figures import beacon, open_data, publications
from anchor_portal.web.library import case_studies, organisations
from anchor_portal.web.library import desk as case_studies_desk
from anchor_portal.web.monitoring import health, metrics
from anchor_portal.web.returns import (
    board_report,
    endings,
    evidence,
    evidence_views,
    feedback,
    offline,
    progress,
    revisions,
    sections,
    self_assessment,
    sharing,
    signoff,
)
from anchor_portal.web.returns import pages as returns
from anchor_portal.web.team import (
    account_changes,
    accounts,
    audit,
    beacon_actions,
    beacon_uploads,
    certificates,
    downloads,
    exports,
    outbox,
    programme,
    publishing,
    questionnaire_drafts,
    questionnaires,
    recovery,
    register,
    register_holdings,
    register_imports,
    register_names,
    reminders,
    round_steps,
)
from anchor_portal.web.team import rounds as team


def set_up(app: Flask) -> None:
    """Add pages, access, transactions, headers and error pages; refuse to start with a page open by omission."""
    response.set_up(app)
    static_files.set_up(app)
    uploads.set_up(app)
    transactions.set_up(app)
    access.set_up(app)
    headers.set_up(app)
    caching.set_up(app)
    compressing.set_up(app)
    unchanged.set_up(app)
    errors.set_up(app)
    filters.set_up(app)
    for module in (
        health,
        metrics,
        public,
        well_known,
        publications,
        open_data,
        account,
        invitations,
        second_factor,
        own_account,
        passwords,
        passkeys,
        providers,
        people,
        messages,
        opting_out,
        returns,
        sections,
        offline,
        self_assessment,
        progress,
        evidence,
        evidence_views,
        sharing,
        signoff,
        endings,
        feedback,
        revisions,
        reviews,
        reviewers,
        interests,
        dashboards,
        lineage,
        meetings,
        meeting_agenda,
        meeting_recording,
        actions,
        board_report,
        downloads,
        exports,
        certificates,
        case_studies,
        case_studies_desk,
        organisations,
        jobs,
        audit,
        programme,
        team,
        round_steps,
        reminders,
        outbox,
        publishing,
        beacon,
        beacon_uploads,
        beacon_actions,
        register,
        register_names,
        register_holdings,
        register_imports,
        questionnaires,
        questionnaire_drafts,
        accounts,
        account_changes,
        recovery,
    ):
        app.register_blueprint(module.blueprint)
    access.refuse_to_start_without_access(app)
