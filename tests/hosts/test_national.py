"""A country at work, for some seconds: the simulation of `portal.py bench`, with fewer organisations and people."""

from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.engines import empty_database
from benchmarks.nation import make_nation
from benchmarks.national import READ, run

ORGANISATIONS, PEOPLE, READERS, SECONDS, THINKING = 126, 12, 2, 6.0, 0.8
PAGES = {"tasks", "section", "save", *READ}


def test_many_people_fill_in_while_others_read_without_an_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nation.sqlite3'}"
    make_nation(url, ORGANISATIONS, PEOPLE)
    measured = run(url, tmp_path, PEOPLE, READERS, SECONDS, THINKING)
    assert measured.log.errors == []
    assert set(measured.log.seconds) == PAGES, "every page was opened meanwhile"
    assert measured.growth < 1.5, "memory does not run away"


def test_what_benchmarks_ask_of_a_disk_is_not_asked_of_it_by_the_tests(tmp_path: Path) -> None:
    with empty_database("PostgreSQL", tmp_path, "") as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW fsync")) == "off"
        engine.dispose()
