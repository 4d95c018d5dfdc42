"""Codes by which others know an organisation: each scheme with its format, checked as it is typed."""

import re
from dataclasses import dataclass

from anchor_portal.domain.answers.text import clean_line, excerpt


class IdentifierRefused(ValueError):
    """A code that cannot be one of its scheme; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A list of codes: `pattern` is what every code looks like once it is tidied, `example` an invented one.

    `org_id` is the prefix of org-id.guide, by which codes of several schemes can be told apart in one column.
    """

    code: str
    title: str
    pattern: str
    looks: str
    org_id: str = ""


SCHEMES = {
    scheme.code: scheme
    for scheme in (
        Scheme("ods", "ODS code", r"[A-Z0-9]{3,8}", "three to eight letters and digits, like RXX", "GB-NHS"),
        Scheme("gss", "GSS code", r"[EKNSW]\d{8}", "a letter and eight digits, like E06000999", "GB-GSS"),
        Scheme(
            "companies-house",
            "Companies House number",
            r"\d{8}|(?:AC|BR|CE|CS|ES|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|R0|RC|RS|SA|SC|"
            r"SE|SF|SG|SI|SL|SO|SP|SR|SZ|ZC)[0-9]{5}[0-9R]",
            "eight digits, or two letters and six digits, like 01234567 or OC123456",
            "GB-COH",
        ),
        Scheme(
            "charity-commission",
            "Charity number (England and Wales)",
            r"[1-9]\d{5,6}(?:-[1-9]\d{0,2})?",
            "six or seven digits, like 1234567",
            "GB-CHC",
        ),
        Scheme("oscr", "Charity number (Scotland)", r"SC\d{6}", "SC and six digits, like SC012345", "GB-SC"),
        Scheme("ccni", "Charity number (Northern Ireland)", r"1\d{5}", "six digits that begin with 1", "GB-NIC"),
        Scheme("mutuals", "Mutuals Public Register number", r"(?:IP|RS|SP)?\d{3,6}[A-Z]{0,2}", "like 12345R", "GB-MPR"),
        Scheme(
            "rsh",
            "Registered provider number (social housing)",
            r"(?:[A-Z]{1,2})?\d{4}",
            "four digits, with one or two letters before them, like LH1234",
            "GB-SHPE",
        ),
        Scheme("ukprn", "UK provider reference number", r"1\d{7}", "eight digits that begin with 1", "GB-UKPRN"),
        Scheme("urn", "School number (URN)", r"[1-9]\d{4,5}", "five or six digits", "GB-EDU"),
        Scheme("lei", "Legal Entity Identifier", r"[A-Z0-9]{18}\d{2}", "twenty letters and digits", "XI-LEI"),
    )
}
"""By code. What is stored is the tidied form, so that one code has one spelling."""

_PREFIXES = {scheme.org_id: scheme.code for scheme in SCHEMES.values() if scheme.org_id}
LONGEST = 40


def read_identifier(scheme_code: str, typed: str) -> str:
    """The code as it is kept: capitals, no spaces, zeros put back that spreadsheets take away. Raises IdentifierRefused.

    A checksum is checked where the scheme has one (LEI, ISO 17442); that a code was given to somebody is not.
    """
    scheme = SCHEMES.get(scheme_code)
    if scheme is None:
        raise IdentifierRefused(f"“{excerpt(scheme_code)}” is not a kind of code that the register knows")
    code = _tidy(scheme, typed)
    if len(code) > LONGEST or not re.fullmatch(scheme.pattern, code, re.ASCII):
        raise IdentifierRefused(f"“{excerpt(clean_line(typed))}” is not {_named(scheme)}: {scheme.looks}")
    if scheme_code == "lei" and _lei_rest(code) != 1:
        raise IdentifierRefused(f"“{code}” is not {_named(scheme)}: its last two digits do not fit the others")
    return code


def _named(scheme: Scheme) -> str:
    return f"an {scheme.title}" if scheme.title[0] in "AEIO" else f"a {scheme.title}"


def _tidy(scheme: Scheme, typed: str) -> str:
    code = re.sub(r"[\s.\u00a0]+", "", clean_line(typed)).upper()
    code = code.removeprefix(f"{scheme.org_id}-") if scheme.org_id else code
    if scheme.code == "companies-house" and re.fullmatch(r"\d{5,7}", code, re.ASCII):
        return code.zfill(8)  # a spreadsheet took the zeros away
    if scheme.code == "ccni":
        return code.removeprefix("NIC")
    return code


def _lei_rest(code: str) -> int:
    """The remainder by 97 of the code with letters as numbers from 10, which is 1 (ISO 17442, ISO 7064)."""
    return int("".join(str(int(sign, 36)) for sign in code)) % 97


def read_org_id(typed: str) -> tuple[str, str]:
    """The scheme and the code of an identifier written as in org-id.guide, like GB-CHC-1234567. Raises IdentifierRefused."""
    text = clean_line(typed).upper()
    for prefix, scheme in _PREFIXES.items():
        if text.startswith(f"{prefix}-"):
            return scheme, read_identifier(scheme, text)
    raise IdentifierRefused(f"“{excerpt(text)}” does not begin with a prefix that the register knows, such as GB-CHC-")
