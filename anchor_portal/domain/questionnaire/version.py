"""A version of the questionnaire: its pledges, sections and questions, read from one strict file."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from anchor_portal.domain.questionnaire.file import QuestionnaireError, read_contents
from anchor_portal.domain.questionnaire.questions import Kind, Need, Option, Question, Section, ShowIf, Unit

__all__ = [
    "Kind",
    "Need",
    "Option",
    "Question",
    "Questionnaire",
    "QuestionnaireError",
    "Section",
    "ShowIf",
    "Unit",
    "parse",
]


@dataclass(frozen=True)
class Questionnaire:
    """A whole version; `pledges` are the seven texts as printed, `digest` the SHA-256 of the file in hex."""

    code: str
    title: str
    pledges: tuple[str, ...]
    sections: tuple[Section, ...]
    digest: str

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question in the order of the form, the sign-off last."""
        return tuple(question for section in self.sections for question in section.questions)

    @property
    def form_sections(self) -> tuple[Section, ...]:
        """The sections that an organisation fills in: all but the sign-off, which stands last."""
        return self.sections[:-1]

    @property
    def signoff(self) -> Question:
        """The question that the named senior person answers."""
        return self.sections[-1].questions[0]

    @cached_property
    def _by_key(self) -> dict[str, Question]:
        return {question.key: question for question in self.questions}

    def question(self, key: str) -> Question:
        """Give the question with this key; raises KeyError when this version does not ask it."""
        return self._by_key[key]

    def section(self, code: str) -> Section:
        """Give the section with this code; raises KeyError when this version has none."""
        for section in self.sections:
            if section.code == code:
                return section
        raise KeyError(code)


def parse(source: str, name: str) -> Questionnaire:
    """Read a questionnaire from the text of its file; `name` is the file's name, for the messages.

    Raises QuestionnaireError with every problem found, each naming file and line.
    """
    contents = read_contents(source, name)
    return Questionnaire(
        code=contents.code,
        title=contents.title,
        pledges=contents.pledges,
        sections=contents.sections,
        digest=sha256(source.encode()).hexdigest(),
    )
