"""What the report plants: a sample that a seed chooses, in which nothing stands that changes nothing."""

import os

import pytest

from parity_tests.faults import FAULTS, Fault
from parity_tests.strength.equivalents import EQUIVALENT
from parity_tests.strength.measurement import judged
from reference.activations.relu import ReLU
from reports import strength_sample
from reports.tests.made_report import strength


def test_a_seed_chooses_one_wrong_mutant_of_a_text():
    chosen = {strength_sample.chosen("layers.conv2d", seed)[0].name for seed in range(20)}
    assert len(chosen) > 10
    assert strength_sample.chosen("layers.conv2d", 3) == strength_sample.chosen("layers.conv2d", 3)


def test_what_changes_nothing_is_never_chosen():
    (module,) = {entry.module for entry in EQUIVALENT if entry.module == "layers.batch_norm"}
    known = [entry for entry in EQUIVALENT if entry.module == module]
    chosen = [strength_sample.chosen(module, seed)[0] for seed in range(300)]
    assert not [mutant for mutant in chosen if any(entry.matches(mutant) for entry in known)]


def test_the_sample_is_judged(monkeypatch, capsys):
    monkeypatch.setattr(strength_sample, "modules_of", lambda: ["activations.relu"])
    own = [fault for fault in FAULTS if fault.pair == "activations.relu"]
    monkeypatch.setattr(strength_sample, "FAULTS", own)
    found = strength_sample.measure(0, jobs=1)
    assert found.passed
    assert (len(found.mutants), len(found.faults)) == (1, len(own))
    assert (
        capsys.readouterr().err.splitlines()[-1].startswith(f"judged {1 + len(own)}/{1 + len(own)}")
    )


class Forgetful(ReLU):
    """More than the right answer, but the first time only."""

    wrong = True

    def forward(self, x):
        y, saved = super().forward(x)
        wrong = Forgetful.wrong and x.size > 0
        Forgetful.wrong = Forgetful.wrong and not wrong
        return (y + 1 if wrong else y), saved


class EndsItsProcess(ReLU):
    """No exception that could be caught."""

    def forward(self, x):
        os._exit(1)


def test_what_fails_once_is_seen(monkeypatch):
    monkeypatch.setattr(Forgetful, "wrong", True)
    forgetful = Fault("activations.relu", Forgetful)
    ((_, words),) = judged([forgetful], strength_sample.EXAMPLES, 0, jobs=1)
    assert words.startswith("outputs_agree")


def test_what_ends_its_process_is_seen_and_the_others_are_judged():
    mistakes = [Fault("activations.relu", EndsItsProcess), Fault("activations.relu", ReLU)]
    found = dict(judged(mistakes, strength_sample.EXAMPLES, 0, jobs=1))
    assert list(found.values()) == ["ends its process", ""]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (strength(), "The checks saw all of 5 planted mistakes, a sample"),
        (
            strength(missed=1),
            "Of 5 planted mistakes, a sample (2 wrong implementations and 3 mutants)",
        ),
    ],
)
def test_the_sentence_says_that_it_is_a_sample(found, sentence):
    assert strength_sample.sentence(found).startswith(sentence)


def test_remarks_hold_patches():
    missed, survivor = strength_sample.remarks(strength(survivors=1, missed=1))
    assert (missed.sentence[:6], missed.preformatted) == ("MISSED", "")
    assert survivor.preformatted.startswith("--- a/reference/activations/tanh.py")
