"""What settings say of providers of accounts elsewhere, and what is believed of what these say of somebody."""

import pytest

from anchor_portal.config import SettingRefused, read_settings
from anchor_portal.domain.signing_in.providers import ClaimsRefused, Provider, read_claims

ISSUER = "https://login.example/tenant"
NHSMAIL = Provider("nhsmail", "NHSmail", ISSUER, "portal")
CLAIMS = {"iss": ISSUER, "sub": "4711", "email": "Ada@Trust.example", "email_verified": True}
SETTINGS = {
    "ANCHOR_OIDC": "nhsmail, entra",
    "ANCHOR_OIDC_NHSMAIL_ISSUER": ISSUER,
    "ANCHOR_OIDC_NHSMAIL_CLIENT_ID": "portal",
    "ANCHOR_OIDC_NHSMAIL_CLIENT_SECRET": "hidden away",
    "ANCHOR_OIDC_NHSMAIL_NAME": "NHSmail",
    "ANCHOR_OIDC_ENTRA_ISSUER": "https://login.microsoft.example/organizations/v2.0",
    "ANCHOR_OIDC_ENTRA_CLIENT_ID": "1234",
    "ANCHOR_OIDC_ENTRA_TENANTS": "AAAA, bbbb",
    "ANCHOR_OIDC_ENTRA_VERIFIED": "xms_edov",
    "ANCHOR_OIDC_ENTRA_SECOND_FACTOR": "amr",
}
KEY = {"ANCHOR_SECRET_KEY": "x" * 40}


def test_providers_are_read_from_settings_in_their_order_and_secrets_are_not_shown() -> None:
    nhsmail, entra = read_settings(SETTINGS | KEY).providers
    assert (nhsmail.code, nhsmail.name, nhsmail.verified_by, nhsmail.confirmed_by) == (
        "nhsmail",
        "NHSmail",
        "email_verified",
        "no",
    )
    assert (entra.name, entra.tenants, entra.confirmed_by) == ("Entra", frozenset({"aaaa", "bbbb"}), "amr")
    assert nhsmail.client_secret == "hidden away"
    assert "hidden away" not in repr(read_settings(SETTINGS | KEY))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ANCHOR_OIDC": "nhs-mail"}, "short words"),
        ({"ANCHOR_OIDC": "password"}, "short words"),
        ({"ANCHOR_OIDC": "entra entra"}, "twice"),
        ({"ANCHOR_OIDC_NHSMAIL_ISSUER": ""}, "ANCHOR_OIDC_NHSMAIL_ISSUER must be set"),
        ({"ANCHOR_OIDC_NHSMAIL_ISSUER": "http://login.example"}, "must be an address"),
        ({"ANCHOR_OIDC_NHSMAIL_ISSUER": "https://[login"}, "must be an address"),
        ({"ANCHOR_OIDC_NHSMAIL_CLIENT_ID": " "}, "CLIENT_ID must be set"),
        ({"ANCHOR_OIDC_ENTRA_VERIFIED": "perhaps"}, "must be one of"),
        ({"ANCHOR_OIDC_ENTRA_SECOND_FACTOR": "yes"}, "must be one of"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingRefused, match=named):
        read_settings(SETTINGS | KEY | change)


def test_a_verified_address_is_believed_and_no_other() -> None:
    assert read_claims(NHSMAIL, ISSUER, CLAIMS).email == "Ada@Trust.example"
    for unverified in (False, None, "no", 0, 1.0, [], "perhaps"):
        assert read_claims(NHSMAIL, ISSUER, CLAIMS | {"email_verified": unverified}).email == ""
    assert read_claims(NHSMAIL, ISSUER, CLAIMS | {"email": ["a@b.example"]}).email == ""


def test_entra_says_in_its_own_way_that_an_address_is_verified() -> None:
    entra = Provider("entra", "Entra", ISSUER, "portal", verified_by="xms_edov")
    for said in (True, "true", 1, "1"):
        assert read_claims(entra, ISSUER, CLAIMS | {"xms_edov": said}).email
    assert read_claims(entra, ISSUER, CLAIMS).email == "", "email_verified of Entra is not what counts"


def test_another_issuer_another_tenant_and_nobody_are_refused() -> None:
    shared = "https://login.example/{tenantid}/v2.0"
    entra = Provider("entra", "Entra", ISSUER, "portal", tenants=frozenset({"aaaa"}))
    at_home = {"iss": "https://login.example/aaaa/v2.0", "tid": "aaaa"}
    assert read_claims(entra, shared, CLAIMS | at_home).issuer == "https://login.example/aaaa/v2.0"
    for wrong in ({"iss": "https://evil.example"}, {"iss": None}, {"sub": ""}, {"sub": "a\0b"}, {"sub": 5}):
        with pytest.raises(ClaimsRefused):
            read_claims(NHSMAIL, ISSUER, CLAIMS | wrong)
    for tenant in ("bbbb", None, ["aaaa"]):
        with pytest.raises(ClaimsRefused, match="organisation that does not use it"):
            read_claims(entra, shared, CLAIMS | at_home | {"tid": tenant})
    with pytest.raises(ClaimsRefused):  # a token of one tenant that claims to be of another
        read_claims(entra, shared, CLAIMS | at_home | {"iss": "https://login.example/bbbb/v2.0"})


def test_a_second_factor_elsewhere_counts_only_where_the_setting_says_so() -> None:
    confirmed = CLAIMS | {"amr": ["pwd", "mfa"]}
    assert not read_claims(NHSMAIL, ISSUER, confirmed).has_second_factor
    by_method = Provider("nhsmail", "NHSmail", ISSUER, "portal", confirmed_by="amr")
    assert read_claims(by_method, ISSUER, confirmed).has_second_factor
    assert not read_claims(by_method, ISSUER, CLAIMS | {"amr": ["pwd"]}).has_second_factor
    assert not read_claims(by_method, ISSUER, CLAIMS | {"amr": "mfa"}).has_second_factor
    always = Provider("nhsmail", "NHSmail", ISSUER, "portal", confirmed_by="always")
    assert read_claims(always, ISSUER, CLAIMS).has_second_factor
