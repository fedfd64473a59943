"""Tables about the operations: what was compared, and how much of the allowed error was used."""

import math
from collections.abc import Iterable, Sequence

from parity_tests.harness.checks import checks_of
from parity_tests.harness.verdict import DECADES, Findings, Verdict
from parity_tests.pairs import PAIRS
from reports.table import Column, Table, Tone, count, percent, short

AGREE, DISAGREE = "agree", "DISAGREE"
NOTE = "used: worst error / allowed error"
SPREAD_NOTE = f"{NOTE}; shares: cases by {', '.join(DECADES)}"


def verdict_tone(word: str) -> Tone:
    """Green for what is good; bad news is written in capitals.

    >>> verdict_tone("agree"), verdict_tone("DISAGREE")
    ('good', 'bad')
    """
    return "bad" if word.isupper() else "good"


def used(verdict: Verdict) -> float:
    """The share of the allowed error that a comparison needed; not a number counts as infinite."""
    return math.inf if math.isnan(verdict.used) else verdict.used


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first that failed with the largest share, else the largest share of all."""
    return max(verdicts, key=lambda verdict: (not verdict.passed, used(verdict)))


def most_used(findings: Findings) -> float:
    """The largest share of the allowed error that any comparison needed."""
    return max((used(verdict) for verdict in findings.verdicts), default=0.0)


def spread(verdicts: Iterable[Verdict]) -> tuple[int, ...]:
    """In how many cases which share of the allowed error was used: the columns are ``DECADES``."""
    counts = [verdict.used_counts for verdict in verdicts if verdict.used_counts]
    return tuple(map(sum, zip(*counts, strict=True))) if counts else (0,) * len(DECADES)


def bars(counts: Sequence[int] | None) -> str:
    """A distribution as small as a word.

    >>> bars((4, 0, 0, 2, 8, 0))
    '▄··▂█·'
    """
    if not counts or not any(counts):
        return ""
    levels = "▁▂▃▄▅▆▇█"
    top = max(counts)
    return "".join(levels[math.ceil(len(levels) * n / top) - 1] if n else "·" for n in counts)


def finite(value: float | None) -> str:
    """Three significant digits; nothing for what is not finite."""
    return short(value) if value is not None and math.isfinite(value) else ""


def slack(findings: Findings) -> list[Verdict]:
    """The verdicts whose tolerance was never needed beyond a hundredth: it is too wide, or rounding is kind."""
    return [verdict for verdict in findings.verdicts if verdict.slack]


def groups(findings: Findings) -> dict[tuple[str, str], list[Verdict]]:
    """The verdicts of each pair in each dtype, in the order of the findings."""
    grouped: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in findings.verdicts:
        grouped.setdefault((verdict.pair, verdict.dtype), []).append(verdict)
    return grouped


def operations(findings: Findings) -> Table:
    """One row per pair and dtype."""
    columns = (
        Column("pair", "operation", whole=True),
        Column("dtype", "dtype", whole=True),
        Column("checks", "checks", count),
        Column("cases", "cases", count),
        Column("used", "used", percent),
        Column("verdict", "verdict", tone=verdict_tone),
        Column("comparisons", "comparisons", count, detail=True),
        Column("worst_check", "tightest check", detail=True),
        Column("worst_quantity", "quantity", detail=True),
        Column("worst", "worst error", short, detail=True),
        Column("allowed", "allowed there", short, detail=True),
        Column("ulps", "in ulps", finite, detail=True),
        Column("spread", "shares", bars, detail=True),
        Column("unseen", "never compared", detail=True),
    )
    rows = [_row(*key, group, findings.examples) for key, group in groups(findings).items()]
    return Table("operations", "Operations", columns, rows, NOTE)


def _row(pair: str, dtype: str, verdicts: Sequence[Verdict], examples: int) -> dict[str, object]:
    tightest = worst(verdicts)
    return {
        "pair": pair,
        "dtype": dtype,
        "checks": len({verdict.check for verdict in verdicts}),
        "comparisons": len(verdicts),
        "cases": cases(verdicts, examples),
        "used": used(tightest),
        "worst_check": tightest.check,
        "worst_quantity": tightest.quantity,
        "worst": tightest.worst,
        "allowed": tightest.allowed,
        "ulps": tightest.ulps,
        "spread": spread(verdicts),
        "unseen": ", ".join(unseen(pair, dtype, verdicts)),
        "verdict": AGREE if all(verdict.passed for verdict in verdicts) else DISAGREE,
    }


def unseen(pair: str, dtype: str, verdicts: Iterable[Verdict]) -> list[str]:
    """The checks of a pair that had nothing to compare in any case, so that nobody takes them as held."""
    if pair not in PAIRS:
        return []
    seen = {verdict.check for verdict in verdicts}
    return [check for check in checks_of(PAIRS[pair], dtype) if check not in seen]


def warnings(findings: Findings) -> list[str]:
    """A line for each check that never compared anything, and for each tolerance that was never needed."""
    unheard = [
        f"{pair} {dtype}: {', '.join(missing)} never compared; draw more cases with --examples"
        for (pair, dtype), verdicts in groups(findings).items()
        if all(verdict.passed for verdict in verdicts)
        and (missing := unseen(pair, dtype, verdicts))
    ]
    wide = [
        f"{v.pair} {v.dtype}: {v.check} ({v.quantity}) has slack: of what is allowed at most "
        f"{percent(v.used)} was needed, in {sum(v.used_counts[1:])} cases with an error"
        for v in slack(findings)
    ]
    return unheard + wide


def verdict_rows(findings: Findings) -> Table:
    """One row per verdict."""
    columns = (
        Column("pair", "operation", whole=True),
        Column("dtype", "dtype", whole=True),
        Column("check", "check"),
        Column("quantity", "quantity"),
        Column("cases", "cases", count),
        Column("failed", "failed", count, detail=True),
        Column("used", "used", percent),
        Column("verdict", "verdict", tone=verdict_tone),
        Column("worst", "worst error", short, detail=True),
        Column("allowed", "allowed there", short, detail=True),
        Column("ulps", "in ulps", finite, detail=True),
        Column("spread", "shares", bars),
        Column("case", "tightest case", detail=True),
    )
    names = ["pair", "dtype", "check", "quantity", "cases", "failed"]
    names += ["worst", "allowed", "ulps", "case"]
    rows = [
        {name: getattr(verdict, name) for name in names}
        | {"used": used(verdict), "verdict": AGREE if verdict.passed else DISAGREE}
        | {"spread": verdict.used_counts}
        for verdict in findings.verdicts
    ]
    return Table("verdicts", "Every comparison", columns, rows, SPREAD_NOTE)


def by_operation(findings: Findings) -> Table:
    """The same for a screen: the comparisons of an operation in a dtype under its name, indented."""
    columns = (
        Column("comparison", "comparison"),
        Column("cases", "cases", count),
        Column("used", "used", percent),
        Column("spread", "shares", bars),
        Column("verdict", "verdict", tone=verdict_tone),
    )
    rows: list[dict[str, object]] = []
    for (pair, dtype), verdicts in groups(findings).items():
        rows.append({"comparison": f"{pair} {dtype}", "verdict": ""})
        rows += [
            {
                "comparison": f"  {verdict.check} ({verdict.quantity})",
                "cases": verdict.cases,
                "used": used(verdict),
                "spread": verdict.used_counts,
                "verdict": AGREE if verdict.passed else DISAGREE,
            }
            for verdict in verdicts
        ]
    return Table("comparisons", "Every comparison", columns, rows, SPREAD_NOTE)


def slack_rows(findings: Findings) -> Table:
    """One row per tolerance that was never needed."""
    columns = (
        Column("pair", "operation", whole=True),
        Column("dtype", "dtype", whole=True),
        Column("check", "check"),
        Column("quantity", "quantity"),
        Column("used", "used", percent),
        Column("compared", "cases with an error", count),
    )
    rows = [
        {name: getattr(verdict, name) for name in ("pair", "dtype", "check", "quantity", "used")}
        | {"compared": sum(verdict.used_counts[1:])}
        for verdict in slack(findings)
    ]
    return Table("slack", "Tolerances that are never needed", columns, rows)


def cases(verdicts: Iterable[Verdict], examples: int) -> int:
    """How many cases were drawn: some check, or some quantity, is there in all of them.

    A check that compares twice in a case counts twice in its verdict, so no more than ``examples``.
    """
    return min(examples, max((verdict.cases for verdict in verdicts), default=0))


def all_cases(findings: Findings) -> int:
    """The cases of all pairs in all dtypes."""
    return sum(cases(verdicts, findings.examples) for verdicts in groups(findings).values())


def summary(findings: Findings) -> str:
    """The last line of a run.

    >>> from parity_tests.harness.verdict import Findings, Verdict
    >>> good = Verdict("layers.linear", "outputs_agree", "y", "float64", True, 1.0, 4.0, cases=50)
    >>> summary(Findings((good,), seed=0, examples=50))
    '1 operation agrees on 50 random cases: 1 comparison, at most 25 % of the allowed error used.'
    """
    if not findings.verdicts:
        return "Nothing was compared."
    grouped = groups(findings)
    pairs = list(dict.fromkeys(pair for pair, _ in grouped))
    drawn = all_cases(findings)
    wrong = list(dict.fromkeys(verdict.pair for verdict in findings.failures))
    if wrong:
        count_word = numbered(len(pairs), "operation")
        verb = "DISAGREES" if len(wrong) == 1 else "DISAGREE"
        return f"{len(wrong)} of {count_word} {verb} ({numbered(drawn, 'random case')}): {', '.join(wrong)}."
    verb = "agrees" if len(pairs) == 1 else "agree"
    checks = numbered(len(findings.verdicts), "comparison")
    share = percent(most_used(findings))
    return (
        f"{numbered(len(pairs), 'operation')} {verb} on {numbered(drawn, 'random case')}: "
        f"{checks}, at most {share} of the allowed error used."
    )


def numbered(number: int, noun: str) -> str:
    """A count with its noun.

    >>> numbered(1, "case"), numbered(1200, "case")
    ('1 case', '1,200 cases')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
