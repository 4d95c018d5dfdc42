"""Other names of an organisation: aliases by which it is known, and names that it had."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.register.names import plain
from anchor_portal.models import Alias, Organisation, OrganisationName
from anchor_portal.services.audit import record
from anchor_portal.services.register.organisations import RegisterRefused


def add_alias(session: Session, organisation: Organisation, name: str, who: str) -> Alias | None:
    """Know an organisation by another name too; None where it is known by it already. It is held (get_to_change).

    Raises RegisterRefused where the name is that of another organisation: then it would find two.
    """
    folded = plain(name)
    mine = {plain(organisation.name), plain(organisation.printed_name)}
    query = select(Alias.folded).where(Alias.organisation_id == organisation.id)
    if folded in mine | set(session.scalars(query)):
        return None
    _refuse_anothers(session, organisation, folded)
    alias = Alias(organisation_id=organisation.id, name=name, folded=folded)
    session.add(alias)
    organisation.version += 1
    session.flush()
    record(session, who, "other name added", organisation.slug, name)
    return alias


def _refuse_anothers(session: Session, organisation: Organisation, folded: str) -> None:
    near = select(Organisation).where(
        Organisation.id != organisation.id, Organisation.search_name.contains(folded, autoescape=True)
    )
    for other in session.scalars(near.limit(50)):
        if folded in {plain(other.name), plain(other.printed_name)}:
            raise RegisterRefused(
                f"That is the name of {other.name}. If both are one, record that it was entered twice"
            )


def remove_alias(session: Session, organisation: Organisation, alias: Alias, who: str) -> None:
    """Forget another name."""
    record(session, who, "other name removed", organisation.slug, alias.name)
    organisation.version += 1
    session.delete(alias)
    session.flush()


def remove_former_name(session: Session, organisation: Organisation, former: OrganisationName, who: str) -> None:
    """Forget a former name that was noted by mistake; of the names around it nothing changes."""
    record(session, who, "former name removed", organisation.slug, former.name)
    organisation.version += 1
    session.delete(former)
    session.flush()
