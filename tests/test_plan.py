"""What the next labels buy is forecast with a band, and what came of earlier forecasts stands beside it."""

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from labeling.forecast import Chance, Numbers, Points, fitted, learned, narrowed
from labeling.outlook import screen
from labeling.plan import load, main, plan, remembered, scores, widths
from labeling.tables import AGREEMENT, CURVE, FORECASTS, PLAN
from tests.house import ROOT
from tests.world import step

SETTINGS = load(ROOT / "labeling/plan.toml")
CHANCE = Chance(level=0.8, draws=200, seed=1)
SIZES, DRAWS = np.repeat([50.0, 100, 200, 400, 800], 6), np.tile(np.arange(6.0), 5)

WRONG = ": numbers in more and draws are above 0, and level is above 0 and below 1. Correct it."


def agreed(items: int = 400, half: float = 0.05, **more: object) -> pd.DataFrame:
    """AGREEMENT with one alpha of one question."""
    row = {
        "agreement_id": "stance/alpha/all/all", "question": "stance", "measure": "alpha", "slice": "all", "part": "all",
        "value": 0.6, "low": 0.6 - half, "high": 0.6 + half, "items": items, "articles": items // 10, "annotators": 3,
        "threshold": 0.4, "verdict": "reached",
    }  # fmt: skip
    return AGREEMENT.frame([{**dict.fromkeys(AGREEMENT.columns, ""), **row, **more}])


def curve(macro: Numbers, sizes: Numbers = SIZES, draws: Numbers = DRAWS) -> pd.DataFrame:
    """CURVE of one question."""
    rows = zip(sizes.astype(int), draws.astype(int), macro, strict=True)
    found = pd.DataFrame(rows, columns=["items", "draw", "macro_f1"]).assign(question="stance")
    return CURVE.check(found.assign(curve_id=[f"stance/{at}" for at in range(len(found))]))


def years(*measured: tuple[int, float]) -> pd.DataFrame:
    """The plan after alpha was known so well with so many items, one time after the other."""
    ever, now = FORECASTS.frame([]), pd.DataFrame()
    for items, half in measured:
        now = pd.DataFrame(widths(agreed(items, half), SETTINGS))
        ever = remembered(ever, now)
    return plan(now, ever)


def test_a_quarter_of_the_items_more_narrows_an_interval_as_the_root_says():
    found = narrowed(0.05, items=400, articles=40, more=1200, level=0.8)

    assert found.value == pytest.approx(0.025)
    assert found.low < 0.025 < found.high


def test_the_band_is_wider_the_farther_one_looks_and_the_fewer_articles_there_are():
    near, far, few = (narrowed(0.05, 400, articles, more, 0.8) for articles, more in ((40, 100), (40, 1000), (10, 100)))

    assert near.high / near.low < far.high / far.low
    assert near.high / near.low < few.high / few.low


def test_a_width_estimated_from_more_articles_lies_in_its_band_as_often_as_the_level_says():
    chance = np.random.default_rng(7)
    worlds = chance.normal(size=(1500, 120))
    before, after = (np.std(worlds[:, :size], axis=1, ddof=1) / np.sqrt(size) for size in (40, 120))

    bands = [narrowed(half, items=400, articles=40, more=800, level=0.8) for half in before]

    within = [band.low <= came <= band.high for band, came in zip(bands, after, strict=True)]
    assert np.mean(within) == pytest.approx(0.8, abs=0.06)


def test_a_curve_that_is_a_power_law_goes_on_as_one():
    found = learned(Points(SIZES, DRAWS, 0.8 - 2 * SIZES**-0.5), [100, 1000], CHANCE)

    assert [one.value for one in found] == pytest.approx([0.8 - 2 * 900**-0.5, 0.8 - 2 * 1800**-0.5])
    assert [one.high - one.low for one in found] == pytest.approx([0, 0], abs=1e-9)


def test_a_curve_that_falls_is_not_said_to_go_on_falling():
    (found,) = learned(Points(SIZES, DRAWS, 0.5 - SIZES / 10_000), [1000], CHANCE)

    assert found.value == pytest.approx(0.5 - 0.08)


def test_what_a_noisy_law_comes_to_lies_in_its_band_as_often_as_the_level_says():
    """Each draw is measured on items of its own, and its scores differ by these and by what was learned from."""
    chance, within = np.random.default_rng(3), []
    for _ in range(150):
        own, apart = chance.normal(0, 0.03, 6), chance.normal(0, 0.01, (5, 6))
        noisy = 0.8 - 2 * SIZES**-0.5 + (own + apart).ravel()
        later = 0.8 - 2 * 2000**-0.5 + (chance.normal(0, 0.03, 6) + chance.normal(0, 0.01, 6)).mean()
        (found,) = learned(Points(SIZES, DRAWS, noisy), [1200], CHANCE)
        within.append(found.low <= later <= found.high)

    assert np.mean(within) == pytest.approx(0.8, abs=0.1)


def test_the_band_is_as_wide_as_the_points_of_a_draw_scatter_around_the_law():
    """All draws say the same, so that nothing else makes it wide: twice the scatter's variance times 1 - 800/2000."""
    scattered = np.where(SIZES == 800, 0, np.where(SIZES == 200, 0.03, -0.01))
    points = Points(SIZES, DRAWS, 0.8 - 2 * SIZES**-0.5 + scattered)
    part = points.where(~points.whole)
    apart = part.scores - fitted(part.items, part.scores, part.items[None, :])(part.items)[0]

    (found,) = learned(points, [1200], Chance(1.0, 2_000, 1))

    assert found.high - found.low == pytest.approx(np.ptp(apart) * np.sqrt(2 * (1 - 800 / 2000)), rel=1e-6)


def test_draws_that_do_not_have_as_many_items_are_each_taken_whole():
    sizes = SIZES + (SIZES == 800) * DRAWS

    (found,) = learned(Points(sizes, DRAWS, 0.8 - 2 * sizes**-0.5), [1000], CHANCE)

    assert found.value == pytest.approx(0.8 - 2 * 1802.5**-0.5, abs=1e-4)


def test_a_forecast_is_the_same_every_time():
    noisy = Points(SIZES, DRAWS, 0.8 - 2 * SIZES**-0.5 + np.random.default_rng(1).normal(0, 0.02, len(SIZES)))

    assert learned(noisy, [100], CHANCE) == learned(noisy, [100], CHANCE)


def test_what_is_measured_now_is_told_with_what_100_300_and_1000_labels_more_will_bring():
    found = pd.DataFrame(widths(agreed(), SETTINGS))

    assert found[["measure", "question", "labels", "more", "verdict"]].values.tolist() == [
        ["half width", "stance", 400, more, "forecast"] for more in (0, 100, 300, 1000)
    ]
    assert found["value"].tolist() == pytest.approx(
        [0.05 * (400 / (400 + more)) ** 0.5 for more in (0, 100, 300, 1000)]
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        pytest.param({"low": np.nan, "high": np.nan}, "alpha has no interval", id="no interval"),
        pytest.param(
            {"value": np.nan, "low": np.nan, "high": np.nan, "verdict": "undefined: no item has two answers"},
            "undefined: no item has two answers",
            id="no alpha",
        ),
    ],
)
def test_where_nothing_can_be_said_of_alpha_it_is_said_why(more, why):
    found = pd.DataFrame(widths(agreed(**more), SETTINGS))

    assert found.loc[found["more"] > 0, ["value", "verdict"]].isna().values.tolist() == [[True, False]] * 3
    assert set(found["verdict"]) == {why}


def test_only_what_the_codebook_has_a_gate_for_is_planned():
    assert list(widths(agreed(threshold=np.nan), SETTINGS)) == []


@pytest.mark.parametrize(
    ("points", "why"),
    [
        pytest.param(slice(0, 0), "no learning curve yet", id="no curve"),
        pytest.param(slice(0, 12), "the learning curve has 2 sizes, and 4 are needed", id="two sizes"),
        pytest.param(slice(0, None, 6), "the learning curve has 1 draws, and 3 are needed", id="one draw"),
    ],
)
def test_where_nothing_can_be_said_of_the_score_it_is_said_why(points, why):
    found = pd.DataFrame(scores(curve(0.8 - 2 * SIZES**-0.5)[points], ["stance"], SETTINGS))

    assert set(found["verdict"]) == {why}
    assert found.loc[found["more"] > 0, "value"].isna().all()


def test_a_forecast_is_written_once_for_as_many_labels():
    now = pd.DataFrame(widths(agreed(400, 0.05), SETTINGS))
    ever = remembered(FORECASTS.frame([]), now)

    other = pd.DataFrame(widths(agreed(400, 0.07), SETTINGS))

    assert remembered(ever, other).equals(ever)
    assert len(remembered(ever, pd.DataFrame(widths(agreed(401, 0.05), SETTINGS)))) == 8


def test_past_forecasts_stand_beside_what_came():
    found = years((400, 0.05), (510, 0.045), (690, 0.02))

    past = found[~found["now"]]
    assert past[["labels", "more", "then", "came", "verdict"]].fillna(-1).values.tolist() == [
        [400, 100, 510, 0.045, "within the band"],
        [400, 300, 690, 0.02, "below the band"],
        [400, 1000, 0, -1, "not yet"],
        [510, 100, 0, -1, "passed by"],
        [510, 300, 0, -1, "not yet"],
        [510, 1000, 0, -1, "not yet"],
    ]
    assert found.loc[found["now"], "more"].tolist() == [0, 100, 300, 1000]


def test_the_screen_tells_forecasts_and_what_came_of_earlier_ones():
    before = pd.DataFrame(widths(agreed(400, 0.05), SETTINGS))
    now = pd.DataFrame([*widths(agreed(505, 0.044), SETTINGS), *scores(curve(SIZES)[:0], ["stance"], SETTINGS)])

    told = screen(plan(now, remembered(remembered(FORECASTS.frame([]), before), now)))

    assert told == (
        """
What the next labels buy: half the width of alpha's interval
question  labels    now    with  forecast  its band
────────  ──────  ─────  ──────  ────────  ─────────────────────────────────────
stance       505  0.044    +100     0.040  0.038 to 0.043
                           +300     0.035  0.032 to 0.038
                         +1,000     0.025  0.023 to 0.028

What the next labels buy: macro F1 of the model
question  labels  now  with  forecast  its band
────────  ──────  ───  ────  ────────  ─────────────────────────────────────────
stance         0    –                  no learning curve yet

What earlier forecasts were worth
question     measure     labels  forecast   came  verdict
────────  ──────────  ─────────  ────────  ─────  ──────────────────────────────
stance    half width  400 + 100     0.045  0.044  within the band

A label is an item that was answered twice or more; for macro F1, one that the
model learned from."""
    )


def test_plan_goes_from_file_to_file_and_remembers(tmp_path, capsys):
    files = {name: tmp_path / f"{name}.parquet" for name in ("agreement", "curve", "forecasts", "plan")}

    def run(items: int, half: float) -> list[str]:
        AGREEMENT.save(AGREEMENT.arrow(agreed(items, half)), files["agreement"])
        capsys.readouterr()
        step(main, ROOT / "labeling/plan.toml", ROOT / "labeling/codebook.toml", *files.values())
        return str(capsys.readouterr().out).splitlines()

    assert run(400, 0.05) == [
        f"forecasts: 4 rows -> {files['forecasts']}",
        f"plan: 12 rows -> {files['plan']} (3 forecasts; some of macro F1 cannot be made yet)",
    ]
    CURVE.save(CURVE.arrow(curve(0.8 - 2 * SIZES**-0.5)), files["curve"])
    assert run(505, 0.044) == [
        f"forecasts: 12 rows -> {files['forecasts']}",
        f"plan: 15 rows -> {files['plan']} "
        "(6 forecasts; some of macro F1 cannot be made yet; 1 of 1 past ones within their band)",
    ]
    same = [files[name].read_bytes() for name in ("forecasts", "plan")]
    run(505, 0.044)
    assert [files[name].read_bytes() for name in ("forecasts", "plan")] == same
    assert PLAN.read(files["plan"])["now"].tolist() == [True] * 12 + [False] * 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "more =", "later =",
            ":3: later is read by nobody. Correct it to one of more, level, draws, seed, or take it out.",
            id="a strange key",
        ),
        pytest.param("[100, 300, 1000]", "[]", WRONG, id="nothing ahead"),
        pytest.param("level = 0.8", "level = 80", WRONG, id="a level in percent"),
    ],
)  # fmt: skip
def test_a_mistake_in_plan_toml_is_told_in_one_line(tmp_path, old, new, message):
    path = tmp_path / "plan.toml"
    path.write_text((ROOT / "labeling/plan.toml").read_text().replace(old, new))

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}{message}"
