"""What agents say of their options is what the kernel does."""

import numpy as np
import pytest

from sim.economy import ChineseFirm, Economy, Multinational, Partnership
from sim.errors import UsageError
from sim.explain import account, firm_names, story, without_shocks
from sim.explain.options import told
from sim.explain.past import life_names
from sim.machine.compiled import bundle
from sim.model.columns import Happening
from sim.model.stages import begin, from_review, to_review
from sim.model.stages.asked import STAY, weigh
from sim.model.stages.state import EVENTS
from sim.scenario.build import build, host, labels
from sim.simulate import prepare, quietly, simulate
from sim.verify.laboratory import TURMOIL

CHANGES = (Happening.renegotiation, Happening.conversion)


@pytest.fixture(scope="module")
def reviews(turmoil):
    """Every review of a run: what was weighed before it, the options told, and what the kernel then did."""
    run, inputs = simulate(turmoil, 1), build(turmoil, 1)
    state = prepare(inputs, host(turmoil), 1, len(run.events) + len(run.lives))
    jv, p = state.partnerships, state.parameters
    columns = bundle(state)
    quietly(begin, columns)
    found = []
    for t in range(len(run.outcome)):
        quietly(to_review, columns, t)
        asked = {}
        for q in np.flatnonzero((jv.active > 0) & (jv.start < t) & (jv.ends < 0)).tolist():
            w = quietly(weigh, columns, t, q)
            if w.fate >= p.exogenous_end:
                asked[q] = (w, told(state, q, w), int(jv.id[q]), w.touched or w.turn < p.review_rate)
        quietly(from_review, columns, t)
        log = state.events[: state.scratch.counts[EVENTS]]
        log = log[log["quarter"] == t]
        for q, (w, options, identity, due) in asked.items():
            kinds = log["kind"][log["partnership"] == identity].tolist()
            if Happening.severance in kinds:
                continue
            happened = [kind for kind in kinds if kind in CHANGES]
            done = int(jv.end_kind[q]) if jv.ends[q] >= 0 else happened[0] if happened else STAY
            found.append((w, options, due, done))
    return found


def test_a_review_does_what_was_weighed(reviews):
    """Reviews of the same quarter come one after another, so that a few find a world just changed."""
    due = [(w.decision, done) for w, _, due, done in reviews if due]
    kinds = {done for _, done in due}
    assert STAY in kinds and kinds & set(CHANGES) and kinds - {STAY, *CHANGES}
    assert np.mean([decision == done for decision, done in due]) > 0.99


def test_nothing_moves_without_a_review(reviews):
    assert {done for _, _, due, done in reviews if not due} == {STAY}


def test_options_add_up(reviews):
    for w, options, _, _ in reviews:
        assert [option.choice for option in options][:2] == ["stay", "renegotiate"]
        chosen = [option for option in options if option.chosen]
        assert len(chosen) == 1 and chosen[0].possible, (w, options)
        for option in options:
            outside = option.outside_multinational + option.outside_chinese
            assert option.surplus == pytest.approx(option.multinational + option.chinese - outside, abs=1e-9)
        sold = [option for option in options if option.choice.startswith("buy-out")]
        scrapped = float(w.review.apart.scrapped) if sold else 1.0
        apart = scrapped * options[-1].surplus + sum((1 - scrapped) * option.surplus for option in sold)
        assert options[-1].choice == "dissolve" and abs(apart) < 1e-9 and len(sold) <= 1


def test_candidates_say_who_would_sign_and_why_not(economy):
    reasons = set()
    for agent in [*economy.agents_by_type[Multinational], *economy.agents_by_type[ChineseFirm]]:
        others = ChineseFirm if isinstance(agent, Multinational) else Multinational
        here = {each.name for each in economy.agents_by_type[others] if each.sector == agent.sector}
        found = agent.candidates()
        assert {each.partner for each in found} == here and len(found) == 4 * len(here)
        assert [each.possible for each in found] == sorted((each.possible for each in found), reverse=True)
        assert all(each.surplus > 0 for each in found if each.possible)
        reasons |= {each.reason for each in found if not each.possible}
        abroad = agent.candidates("us")
        assert {each.region for each in abroad} == {"us"} and len(abroad) == 2 * len(here)
    assert len(reasons) >= 4
    with pytest.raises(UsageError, match="no region 'mars'"):
        agent.candidates("mars")


def test_a_signed_deal_was_a_candidate(turmoil):
    """Whoever signs in a quarter had a surplus in the quarter before, but for what changed since.

    Nothing is said of those whose line was taken a quarter before: its partnership has just ended.
    """
    hits = []
    for seed in range(1, 6):
        economy = Economy(turmoil, seed)
        economy.step()
        while economy.year < 2012:
            before = {  # of forms that share a name the possible one: they come first
                (agent.name, each.partner, each.form.split()[0]): each
                for agent in economy.agents_by_type[Multinational]
                for each in reversed(agent.candidates())
            }
            known = {agent.unique_id for agent in economy.agents_by_type.get(Partnership, ())}
            economy.step()
            for agent in economy.agents_by_type.get(Partnership, ()):
                if agent.unique_id not in known:
                    form = agent.type.replace("_", " ").replace("co ", "co-").split()[0]
                    found = before[agent.multinational.name, agent.chinese.name, form]
                    if found.reason != "the multinational's line is taken":
                        hits.append(found.possible)
    assert len(hits) >= 40 and np.mean(hits) > 0.9


# stories


@pytest.fixture(scope="module")
def run(turmoil):
    return simulate(turmoil, 1)


def names_of(run, scenario):
    return life_names(run.lives, firm_names(labels(scenario), run.firm_ids))


def test_every_story_can_be_told(turmoil, run):
    """One life of every type and end, and what stands in the record stands in the story."""
    names = names_of(run, turmoil)
    kinds = {}
    for name, n in names.items():
        life = run.lives[n]
        kinds.setdefault((int(life["type_first"]), int(life["end_kind"]), bool(life["flipped"] >= 0)), name)
    assert len(kinds) >= 4
    for (_, end, flipped), name in kinds.items():
        text = story(turmoil, 1, name)
        assert text.startswith(name) and "What each brought" in text and "Signed: " in text
        if end >= 0:
            assert Happening(end).name.split("_")[0].replace("buyout", "buy-out") in text
        else:
            assert "in force to the last" in text
        assert ("flipped in" in text.splitlines()[2]) == flipped
        assert "Under world (same seed)" in text
        assert "nan" not in text.split()


def test_a_story_tells_one_quarter(turmoil, run):
    name, n = next(
        (k, n) for k, n in names_of(run, turmoil).items() if run.lives["end"][n] - run.lives["start"][n] > 12
    )
    quarter = int(run.lives["start"][n]) + 6
    text = story(turmoil, 1, name, f"{1979 + quarter // 4}Q{quarter % 4 + 1}")
    assert "stay" in text and "dissolve" in text and "Signed" not in text
    with pytest.raises(UsageError, match="nothing to tell of 1979Q1"):
        story(turmoil, 1, next(k for k, n in names_of(run, turmoil).items() if run.lives["start"][n] > 4), "1979Q1")
    with pytest.raises(UsageError, match="soon"):
        story(turmoil, 1, name, "soon")


def test_an_unknown_partnership_is_an_error_that_helps(turmoil, run):
    name = next(iter(names_of(run, turmoil)))
    with pytest.raises(UsageError) as error:
        story(turmoil, 1, name[:-1])
    assert name in error.value.hint


def test_a_story_names_policy_and_the_world_without_it(lab):
    """A listing that severs all, told with its cause; without it the partnership lives on."""
    listing = {"kind": "entity_list", "sectors": "all", "origin": "china", "destination": "us", "top": 99}
    listed = lab.scenario({**listing, "start": "2005Q1", "label": "The list"})
    run = simulate(listed, 1)
    severed = np.flatnonzero((run.lives["end_kind"] == Happening.severance) & (run.lives["end"] == 104))
    name = next(k for k, n in names_of(run, listed).items() if n == severed[0])
    text = story(listed, 1, name)
    assert "listing 0 -> 99 (china to us) [The list]" in text and "The end: an entity listing." in text
    other = [line for line in text.splitlines() if line.startswith("Under world")]
    assert len(other) == 1 and "severance" not in other[0]
    assert "Under" not in story(lab.scenario(), 1, next(iter(names_of(simulate(lab.scenario(), 1), lab.scenario()))))


def test_the_world_without_keeps_the_assumptions(lab):
    from sim.explain.past import other_world

    changed = lab.scenario(*TURMOIL[:1], horizon=20)
    base = other_world(changed)
    assert base is not None and base.parameters == changed.parameters and base.shocks == ()
    assert other_world(lab.scenario(horizon=20)) is None


def test_the_world_less_a_shock_is_the_world_before_it(lab):
    """Up to the announcement both runs are the same to the byte; the severed partnership then lives on."""
    listing = {"kind": "entity_list", "sectors": "all", "origin": "china", "destination": "us", "top": 99}
    duty = {"kind": "tariff", "origin": "us", "destination": "china", "rate": 0.01, "start": "2012Q1", "sectors": "all"}
    listed = lab.scenario({**listing, "id": "list", "start": "2005Q1", "label": "The list"}, {**duty, "id": "duty"})
    run = simulate(listed, 1)
    severed = np.flatnonzero((run.lives["end_kind"] == Happening.severance) & (run.lives["end"] == 104))
    name = next(k for k, n in names_of(run, listed).items() if n == severed[0])
    less = without_shocks(listed, ["list"])
    assert [shock.id for shock in less.shocks] == ["duty"] and less.hash != listed.hash
    told = account(listed, 1, name, base=less)
    life = run.lives[severed[0]]
    assert [each.t for each in told.readings] == list(range(int(life["start"]), int(life["end"]) + 1))
    assert told.readings_without[-1].t > told.readings[-1].t
    for here, there in zip(told.readings, told.readings_without, strict=False):
        if here.t < 104:
            assert np.array_equal(here, there, equal_nan=True)
    assert told.without.lines[0].startswith("Without “The list” (same seed): ")
    with pytest.raises(UsageError, match="no shock 'lst'") as error:
        without_shocks(listed, ["lst"])
    assert "list" in error.value.hint


def test_reviews_that_moved_nothing_can_be_read_in_full(turmoil, run):
    """Each has its options, and staying was chosen."""
    counted = 0
    for name in list(names_of(run, turmoil))[:12]:
        for moment in account(turmoil, 1, name).moments:
            for review in moment.within:
                assert [option.choice for option in review.options if option.chosen] == ["stay"] and review.decided
                assert moment.quarter <= review.quarter <= moment.until
                counted += 1
            assert bool(moment.within) == ("nothing moved" in moment.title)
    assert counted > 20


def test_numbers_of_a_story_have_no_exponents():
    from sim.explain.options import money, percent

    told = [percent(share) for share in (10.5, 9.996, 0.4567, 0.00001234, -12.0)]
    assert told == ["1,050 %", "1,000 %", "45.7 %", "0.00123 %", "-1,200 %"]
    assert [money(value) for value in (1234.5, 0.0000123, 1e-13, -0.5)] == ["1,234", "0.0000123", "0", "-0.5"]


def test_numbers_that_decide_are_told_apart():
    from sim.explain.options import told_apart

    assert told_apart(0.88, 0.8812) == ("0.880", "0.881") and told_apart(0.5, 0.25) == ("0.50", "0.25")
    assert told_apart(0.5, 0.5) == ("0.50", "0.50")
