"""The page: whole, escaped, and the same each time."""

from html.parser import HTMLParser

import pytest

from parity_tests.training import EpochRecord, History, StepRecord
from reports import main_job, trials
from reports.main_job import Report
from reports.page import to_html
from reports.tests.made_findings import agreeing, disagreeing
from reports.training_tables import Training

DATA = "synthetic <b>not CIFAR-10</b>"
VOID = {"meta", "link", "br"}


class Balance(HTMLParser):
    """Raises when an element is closed that is not the one last opened."""

    def __init__(self):
        super().__init__()
        self.open, self.sources = [], []

    def handle_starttag(self, tag, attributes):
        self.sources += [value for name, value in attributes if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def history(dtype, beyond=None):
    made = History()
    for step in range(20):
        loss, apart = 2.3 / (1 + step), 0.0 if step % 4 == 0 else 1e-15 * step
        made.add(
            StepRecord(
                step, 0, loss, loss + apart, apart, 1e-14, 1e-13, "conv1.weight", apart, beyond
            )
        )
    made.add(EpochRecord(0, 20, 0.5, 0.4, 0.5, 0.4))
    return Training(trials.NET, dtype, DATA, made)


def report(findings, beyond=None, accuracy=1.0):
    last = EpochRecord(14, 30, accuracy, 0.2, 1.0, 0.2)
    results = [
        trials.Result((history("float64", beyond),)),
        trials.Result((history("float32"),)),
        trials.Result((), (trials.judge_overfitting(DATA, "float64", last),)),
        trials.Result(
            (), (trials.judge_initial_loss(DATA, "float64", {"reference": 1.001, "torch": 1.001}),)
        ),
    ]
    return Report(findings, results, DATA)


def html_of(made):
    return to_html(main_job.page(made, main_job.tables(made)))


@pytest.mark.parametrize("findings", [agreeing(), disagreeing()])
def test_the_page_is_well_formed_and_self_contained(findings):
    parser = Balance()
    parser.feed(html_of(report(findings)))
    parser.close()
    assert parser.open == []
    assert not [source for source in parser.sources if "//" in source]


def test_what_comes_from_outside_is_escaped():
    text = html_of(report(disagreeing()))
    assert "<script" not in text
    assert "<b>not" not in text


def test_the_same_report_is_the_same_page():
    assert html_of(report(agreeing())) == html_of(report(agreeing()))


def test_colours_are_the_style_sheets():
    text = html_of(report(agreeing()))
    assert "var(--first)" in text
    assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize(
    ("made", "passed", "headline"),
    [
        (report(agreeing()), True, "2 operations agree on 140 random cases."),
        (report(disagreeing()), False, "1 of 2 operations disagrees."),
        (
            report(agreeing(), beyond="loss"),
            False,
            "2 operations agree on 140 random cases, but the training does not.",
        ),
        (
            report(agreeing(), accuracy=0.5),
            False,
            "2 operations agree on 140 random cases, but an experiment missed its mark.",
        ),
    ],
)
def test_the_headline_says_it_all(made, passed, headline):
    assert (made.passed, main_job.headline(made)) == (passed, headline)


def test_all_tables_lie_beside_the_page(tmp_path):
    main_job.write(report(agreeing()), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    tables = ("operations", "verdicts", "slack")
    tables += ("training", "epochs", "experiments", "environment")
    assert names == {"index.html", "verdicts.json"} | {
        f"{name}.{kind}" for name in tables for kind in ("csv", "md")
    }


@pytest.mark.parametrize("name", ["training", "epochs", "experiments", "environment"])
@pytest.mark.parametrize("kind", ["csv", "md"])
def test_every_table_with_training_figures_names_the_data(tmp_path, name, kind):
    main_job.write(report(agreeing()), tmp_path)
    assert DATA in (tmp_path / f"{name}.{kind}").read_text()
