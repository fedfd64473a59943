"""The page: one self-contained HTML file, from tables and plots."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from reports.failures import Failure
from reports.table import Table


@dataclass(frozen=True, slots=True)
class Fact:
    """A number at the top of the page, and what it counts."""

    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing and the sentence under it."""

    svg: Markup
    caption: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside the page: what it shows for who cannot see it, and the words under it."""

    address: str
    alt: str
    title: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures side by side and the sentence under them."""

    pictures: Sequence[Picture]
    caption: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence in a list, and text that keeps its lines: a patch."""

    sentence: str
    preformatted: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a few sentences, then remarks, plots, pictures, tables, tables to unfold, and smaller sections."""

    name: str
    title: str
    text: str
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()
    remarks: Sequence[Remark] = ()
    galleries: Sequence[Gallery] = ()
    parts: Sequence["Section"] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the template shows."""

    title: str
    passed: bool
    headline: str
    sentences: Sequence[str]
    facts: Sequence[Fact]
    sections: Sequence[Section]
    footer: str = ""
    failures: Sequence[Failure] = ()
    """One for each operation that disagrees."""


def to_html(page: Page) -> str:
    """The file; every text in it is escaped, only plots are markup."""
    return template("index.html").render(page=page) + "\n"


@cache
def template(name: str) -> Template:
    """One of this package's templates; a name that a page lacks is an error, never a blank."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
