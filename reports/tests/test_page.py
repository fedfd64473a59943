"""The page: whole, escaped, and the same each time."""

import html
from html.parser import HTMLParser

import pytest

from parity_tests import check
from reference.layers import layer_norm
from reference.layers.layer_norm import LayerNorm
from reports import main_job
from reports.page import to_html
from reports.report import headline
from reports.report_page import page, tables
from reports.tests.made_findings import agreeing, disagreeing, waived
from reports.tests.made_report import DATA, report, strength

VOID = {"meta", "link", "br", "img"}


class Balance(HTMLParser):
    """Raises when an element is closed that is not the one last opened."""

    def __init__(self):
        super().__init__()
        self.open, self.sources = [], []

    def handle_starttag(self, tag, attributes):
        self.sources += [
            value for name, value in attributes if name in ("src", "href") and tag != "a"
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def html_of(made):
    return to_html(page(made, tables(made)))


@pytest.mark.parametrize("findings", [agreeing(), disagreeing(), waived()])
def test_the_page_is_well_formed_and_self_contained(findings):
    parser = Balance()
    parser.feed(html_of(report(findings)))
    parser.close()
    assert parser.open == []
    elsewhere = [source for source in parser.sources if not source.startswith("data:")]
    assert not [source for source in elsewhere if "//" in source]


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
    ("made", "passed", "sentence"),
    [
        (report(agreeing()), True, "2 operations agree on 140 random cases."),
        (report(disagreeing()), False, "1 of 2 operations disagrees."),
        (
            report(agreeing(), beyond="loss"),
            False,
            "2 operations agree on 140 random cases, but the training does not.",
        ),
        (
            report(agreeing(), sides_agree=False),
            False,
            "2 operations agree on 140 random cases, but the training does not.",
        ),
        (
            report(agreeing(), accuracy=0.5),
            False,
            "2 operations agree on 140 random cases, but an experiment missed its mark.",
        ),
        (
            report(agreeing(), planted=strength(survivors=1)),
            False,
            "2 operations agree on 140 random cases, but the checks miss a planted mistake.",
        ),
    ],
)
def test_the_headline_says_it_all(made, passed, sentence):
    assert (made.passed, headline(made)) == (passed, sentence)


def test_all_tables_lie_beside_the_page(tmp_path):
    main_job.write(report(agreeing()), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    names_of_tables = ("operations", "verdicts", "slack", "known", "strength")
    names_of_tables += ("sensitivity", "sensitivity_regimes")
    names_of_tables += ("training", "epochs", "experiments", "environment")
    names_of_tables += ("experiment_initial_loss", "experiment_overfitting")
    assert names == {"index.html", "verdicts.json", "filters-numpy.png"} | {
        f"{name}.{kind}" for name in names_of_tables for kind in ("csv", "md")
    }


@pytest.mark.parametrize(
    "name", ["training", "epochs", "experiments", "experiment_overfitting", "environment"]
)
@pytest.mark.parametrize("kind", ["csv", "md"])
def test_every_table_with_training_figures_names_the_data(tmp_path, name, kind):
    main_job.write(report(agreeing()), tmp_path)
    assert DATA in (tmp_path / f"{name}.{kind}").read_text()


def test_experiments_stand_in_the_order_of_the_course_with_charts_and_pictures():
    text = html.unescape(html_of(report(agreeing())))
    told = text.partition('id="experiments"')[2]
    assert told.index('id="initial-loss"') < told.index('id="overfitting"')
    part = told.partition('id="overfitting"')[2].partition("</section>")[0]
    assert "<h3>Few images, learnt by heart</h3>" in part
    assert 'aria-label="training accuracy by epoch: 100 images"' in part
    assert 'src="data:image/png;base64,' in part
    assert 'alt="filters: NumPy"' in part


def test_a_missed_expectation_is_named():
    text = html.unescape(html_of(report(agreeing(), accuracy=0.5)))
    sentence = "both sides missed 1, the first: training accuracy with 100 images."
    assert f"Of 2 expectations of 2 of the course's experiments, {sentence}" in text
    assert '<td class="text bad">MISSED</td>' in text
    assert "both sides reached all." in html.unescape(html_of(report(agreeing())))


class WrongSign(LayerNorm):
    """The gradient by x, negated where there is a batch."""

    def backward(self, saved, dy):
        dx, *others = super().backward(saved, dy)
        return (-dx if len(dx) > 1 else dx, *others)


def test_a_planted_fault_is_told_in_full(monkeypatch):
    monkeypatch.setattr(layer_norm, "LayerNorm", WrongSign)
    text = html.unescape(html_of(report(check("layers.layer_norm", examples=40, jobs=1))))
    told = text.partition('id="failures"')[2].partition("</section>")[0]
    assert "<h3>layers.layer_norm: the NumPy reference is wrong</h3>" in told
    assert "gradients_agree (dx) fails" in told
    assert "<b>Why</b>" in told
    assert "does not hold for dx" in told
    assert 'nnparity check --replay "layers.layer_norm' in told
    assert "<b>Also</b> slopes_agree" in told


def test_known_disagreements_are_listed_with_their_threads():
    text = html.unescape(html_of(report(waived())))
    assert '<a href="https://github.com/pytorch/pytorch/issues/1">pytorch#1</a>' in text
    assert "On 9 of the cases a known fault of PyTorch is excused." in text
    assert 'id="known"' not in html_of(report(agreeing()))


def test_what_the_checks_do_not_see_is_listed_with_its_patch():
    text = html.unescape(html_of(report(agreeing(), planted=strength(survivors=1, missed=1))))
    assert (
        "Of 5 planted mistakes, a sample (2 wrong implementations and 3 mutants), the checks did not see 2."
        in text
    )
    assert "MISSED the fault Fault0 of activations.tanh" in text
    assert "SURVIVES activations.tanh:" in text
    assert "--- a/reference/activations/tanh.py" in text


def test_the_sensitivity_of_ordinary_numbers_is_told_apart():
    text = html_of(report(agreeing()))
    assert "certain to be seen at 98 % of 100 elements" in text
    ordinary, _, special = text.partition("<summary>The same where")
    assert (">far<" in ordinary, ">far<" in special) == (False, True)
