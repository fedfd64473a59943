"""Homework reports made by hand, in which every verdict occurs, and texts that no format may trip over."""

from dataclasses import replace

from parity_tests.homework.judgement import HomeworkReport, Judgement

HOSTILE = "</pre><script>alert(1)</script> & ]]> | \x00\x1b[31m\ud800 'q' \"Q\""
CASE = "Conv stride=1 padding=0 / n=1 / dtype=float64 layout=contiguous values=ordinary seed=0"
WRONG = Judgement(
    "conv_backward_naive",
    "wrong",
    "cs231n/layers.py",
    335,
    cases=100,
    failed=25,
    condition="fails in 38 of 38 cases with no padding (pad == 0), passes in 98 of 98 others",
    diagnosis="crops by minus padding",
    hint="What is x[0:-0]?",
    explanation="A slice that ends at minus zero is empty.",
    counterexample="x (1, 1)\n  0 1\ndx expected\n  0 1",
    replay=CASE,
    message="fails in 38 of 38 cases with no padding (pad == 0), passes in 98 of 98 others",
    remarks=("writes into an argument",),
)
OTHERS = (
    Judgement("affine_forward", "right", "cs231n/layers.py", 5, 100, 0, message="right"),
    Judgement("relu_forward", "error", "cs231n/layers.py", 70, 100, 100, message=HOSTILE),
    Judgement("relu_backward", "error", "cs231n/layers.py", 70, 100, 100, message=HOSTILE),
    Judgement("sgd", "timeout", cases=100, failed=60, message="no answer within 10 seconds"),
    Judgement("adam", "missing", message="there is no adam"),
    Judgement("layernorm_backward", "not judged", message="it needs layernorm_forward"),
    Judgement("rmsprop", "not judged", message="no process", our_failure=True),
)


def report(*judgements, submission="hw.zip"):
    """Of these judgements; of one of each kind without any."""
    made = judgements or (WRONG, *OTHERS)
    return HomeworkReport(submission, "cs231n", made, 7, remarks=("left out a link",))


def hostile():
    """Every text that a submission can decide is hostile."""
    texts = dict.fromkeys(
        ("condition", "diagnosis", "hint", "explanation", "counterexample", "message", "file"),
        HOSTILE,
    )
    return report(replace(WRONG, remarks=(HOSTILE,), **texts), submission=HOSTILE)
