"""How reports of scanners are read: nothing is sound because nobody could be asked, and nothing is explained by accident."""

import json
from pathlib import Path

from scans.dependencies import CLEAN, KNOWN, LOCKS, NOT_ASKED, read_npm_audit, read_pip_audit, without_hash
from scans.wapiti import Explained, Finding, load_explained, read_report, unexplained

ROOT = Path(__file__).resolve().parent.parent
SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAK = {
    "name": "jinja2",
    "version": "3.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.4"]}, {"id": "PYSEC-2", "fix_versions": []}],
}
SKIPPED = {"name": "uv", "skip_reason": "Dependency not found on PyPI"}


def pip_audit(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_only_a_lock_of_which_every_package_was_asked_about_is_clean() -> None:
    assert read_pip_audit("a.txt", pip_audit(SOUND), "").code == CLEAN
    assert read_pip_audit("a.txt", pip_audit(SOUND, SKIPPED), "").code == NOT_ASKED
    assert read_pip_audit("a.txt", pip_audit(), "").code == NOT_ASKED
    assert read_pip_audit("a.txt", "no JSON", "first line\nno connection").why_not == "no connection"
    weak = read_pip_audit("a.txt", pip_audit(SOUND, WEAK, SKIPPED), "")
    assert weak.code == KNOWN
    assert weak.known == ("jinja2 3.0: PYSEC-1, mended in 3.1.4", "jinja2 3.0: PYSEC-2, mended in no version yet")


def test_a_registry_without_advisories_is_no_clean_bill() -> None:
    assert read_npm_audit('{"vulnerabilities": {}}', 26).code == CLEAN
    assert read_npm_audit('{"message": "405 Method Not Allowed"}', 26).code == NOT_ASKED
    assert "405" in read_npm_audit('{"message": "405 Method Not Allowed"}', 26).say()
    assert read_npm_audit("", 26).code == NOT_ASKED
    weak = read_npm_audit('{"vulnerabilities": {"sass": {"severity": "high", "range": "<1.2"}}}', 26)
    assert (weak.code, weak.known) == (KNOWN, ("sass: high, in <1.2",))


def test_every_package_of_our_locks_is_pinned_by_a_hash() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert without_hash(text) == []
        assert text.count("==") > 40
    assert without_hash("flask==3.1.3\n    # via a\njinja2==3.1 \\\n    --hash=sha256:0\n") == ["flask==3.1.3"]
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, each in packages.items() if name and not each.get("integrity")] == []


def test_a_finding_is_explained_by_its_category_and_its_words_together() -> None:
    found = [
        Finding(
            "HTTP Methods",
            "GET",
            "/",
            "Possible interesting methods (using OPTIONS) on http://127.0.0.1:1/: OPTIONS (200)",
        ),
        Finding(
            "HTTP Methods", "GET", "/", "Possible interesting methods (using OPTIONS) on http://127.0.0.1:1/: PUT (200)"
        ),
        Finding("Reflected Cross Site Scripting", "GET", "/", "OPTIONS (200)"),
    ]
    assert unexplained(found, load_explained()) == found[1:]
    assert unexplained(found, [Explained("HTTP Methods", "^nothing$", "because")]) == found


def test_a_report_is_read_whatever_kind_its_findings_are_of() -> None:
    one = {"method": "POST", "path": "/a", "info": "says"}
    report = {
        "vulnerabilities": {"SQL Injection": [one], "None": []},
        "anomalies": {"Internal Server Error": [one]},
        "infos": {},
    }
    assert read_report(report) == [
        Finding("SQL Injection", "POST", "/a", "says"),
        Finding("Internal Server Error", "POST", "/a", "says"),
    ]
