"""Documents made from what is stored: certificates as PDF."""

from pathlib import Path

from anchor_portal.config import Settings
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.models import Certificate
from anchor_portal.outputs.certificate_pdf import CertificateContent, draw_certificate


def certificate_pdf(certificate: Certificate, settings: Settings, *, is_demo: bool) -> bytes:
    """The certificate as it was issued. Raises MissingGlyph where a name has a letter that the font lacks."""
    return draw_certificate(
        CertificateContent(
            number=certificate.number,
            organisation=certificate.organisation_name,
            kind="return",
            round_name=certificate.round_title,
            pledges=tuple(PLEDGES[int(number)] for number in certificate.pledges),
            issued_on=certificate.issued_on,
            revision=certificate.revision,
            check_url=f"{settings.base_url}/certificates/{certificate.number}",
            partnership=settings.partnership,
            portal_name=settings.portal_name,
            demo=is_demo,
            logo=Path(settings.logo) if settings.logo else None,
        )
    )
