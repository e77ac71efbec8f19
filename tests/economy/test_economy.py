"""The Mesa model gives the bytes of `simulate`, and its agents are live views that stay apart."""

import copy
import pickle

import mesa
import numpy as np
import pytest
from mesa import DataCollector

from sim.economy import ChineseFirm, Economy, Multinational, Partnership, reporters
from sim.errors import UsageError
from sim.explain.past import life_names
from sim.machine.compiled import bundle
from sim.machine.declare import fields
from sim.model.columns import Firms, Partnerships, Type
from sim.model.records import Outcome
from sim.model.stages import begin, from_review, to_review
from sim.runs.tables import Frame, firm_names, partnership_names
from sim.scenario.build import build, host
from sim.simulate import prepare, quietly, simulate
from sim.verify.laboratory import TURMOIL, differing


def content(economy):
    """Bytes of everything a run may write."""
    state = economy.state
    tables = (state.firms, state.partnerships, state.scratch, (state.outcome, state.markets, state.vintages))
    return [column.tobytes() for table in (*tables, (state.events, state.lives)) for column in table]


@pytest.mark.parametrize("seed", [1, 2])
def test_steps_give_the_bytes_of_simulate(turmoil, seed):
    economy, run = Economy(turmoil, seed), simulate(turmoil, seed)
    while economy.running:
        economy.step()
    assert economy.run.seed == run.seed and differing(economy.run, run) == []
    with pytest.raises(UsageError, match="ended with 2028Q4"):
        economy.step()


def test_stopping_at_the_review_gives_the_same_bytes(turmoil):
    inputs, run = build(turmoil, 1), simulate(turmoil, 1)
    state = prepare(inputs, host(turmoil), 1, len(run.events) + len(run.lives))
    columns = bundle(state)
    quietly(begin, columns)
    for t in range(len(run.outcome)):
        quietly(to_review, columns, t)
        quietly(from_review, columns, t)
    assert state.outcome.tobytes() == run.outcome.tobytes()
    assert state.events[: len(run.events)].tobytes() == run.events.tobytes()


def test_logs_grow_before_they_are_full(turmoil, monkeypatch):
    monkeypatch.setattr("sim.economy.EVENTS_A_FIRM", 0)
    assert differing(Economy(turmoil, 1).run_to(2028).run, simulate(turmoil, 1)) == []


def test_a_model_counts_quarters(turmoil):
    economy = Economy(turmoil)
    assert (economy.quarter, economy.now, economy.year) == (-1, "1978Q4", 1978.75)
    assert not economy.agents.select(agent_type=Partnership)
    assert economy.run_to(1980).now == "1980Q4" and economy.run_to(1981.25).now == "1981Q2"
    assert economy.run_to(1980) is economy and economy.quarter == 9
    with pytest.raises(UsageError, match="nothing has a price"):
        next(iter(Economy(turmoil).agents)).candidates()


# agents


def test_every_declared_column_is_an_attribute(economy):
    for kind, declared in ((Multinational, Firms), (ChineseFirm, Firms), (Partnership, Partnerships)):
        agent = next(iter(economy.agents_by_type[kind]))
        for name, field in fields(declared).items():
            assert not hasattr(mesa.Agent, name)
            value = getattr(agent, name)
            assert isinstance(value, dict) == (" " in field.per), name
            with pytest.raises(AttributeError):
                setattr(agent, name, value)


def test_attributes_are_the_columns_in_words(economy):
    firms, jv = economy.state.firms, economy.state.partnerships
    for agent in economy.agents_by_type[Partnership]:
        q = agent.row
        assert agent.equity == jv.equity[q] and agent.id == agent.unique_id == jv.id[q]
        assert agent.multinational.row == jv.multinational[q] and agent.chinese.row == jv.chinese[q]
        assert agent.multinational.contract[agent.line] is agent
        assert agent in agent.chinese.partnerships and agent in agent.multinational.partnerships
        assert agent.sector == agent.chinese.sector and agent.type in ("market_access", "co_innovation", "globalize")
        assert agent.ends is None or agent.ends > economy.now
        assert economy.partnership(agent.name) is agent
    agent = economy.firm("motors-m04")
    assert (agent.sector, agent.home, agent.ownership, agent.kind) == ("motors", "eu", "foreign", "multinational")
    assert agent.active is True and set(agent.technology) == {"old", "new"}
    assert list(agent.pull.items()) == list(zip(economy.labels.regions, firms.pull[agent.row], strict=True))
    assert list(agent.share) == [*economy.labels.regions, "second"] and agent.plant["eu"] == "1979Q1"
    with pytest.raises(UsageError, match="not among the firms"):
        economy.firm("motors-m99")


def test_agents_come_and_go_with_their_rows(lab):
    frail = lab.scenario(*TURMOIL, overhead=0.06, patience=4)  # so that firms fail
    economy, seen = Economy(frail, 2), {}
    while economy.running:
        economy.step()
        for table, kinds in (("firms", (Multinational, ChineseFirm)), ("partnerships", (Partnership,))):
            columns = getattr(economy.state, table)
            living = {int(i) for i, active in zip(columns.id, columns.active, strict=True) if active}
            agents = [agent for kind in kinds for agent in economy.agents_by_type.get(kind, ())]
            assert {agent.unique_id for agent in agents} == living and len(agents) == len(living)
            assert all(agent.id == agent.unique_id for agent in agents)
            seen.update((agent.unique_id, agent) for agent in agents)
    gone = [agent for agent in seen.values() if agent not in economy.agents]
    assert {type(agent) for agent in gone} >= {ChineseFirm, Partnership}
    for agent in gone:
        with pytest.raises(UsageError, match="is gone"):
            _ = agent.name
        assert "gone" in repr(agent)
    entered = [agent.name for agent in economy.agents_by_type[ChineseFirm] if "-e" in agent.name]
    assert any(name.split("-e")[1] > "1979Q1" for name in entered)


def test_questions_to_agent_sets(economy):
    jv = economy.state.partnerships
    shares = economy.agents_by_type[Partnership].groupby("type").agg("equity", np.mean)
    assert shares["market_access"] == pytest.approx(jv.equity[(jv.active > 0) & (jv.type == Type.market_access)].mean())
    big = economy.agents_by_type[Multinational].select(lambda firm: firm.home == "us" and firm.revenue > 0)
    assert len(big) and set(big.get("home")) == {"us"}
    assert economy.agents_by_type[ChineseFirm].agg("rd", sum) == pytest.approx(economy.metric("rd_chinese"))


def test_names_are_those_of_the_tables(turmoil):
    economy = Economy(turmoil, 2).run_to(2028)
    run, frame = economy.run, Frame("x", economy.labels, turmoil.start, turmoil.end)
    names = firm_names(run, frame)
    for agent in [*economy.agents_by_type[Multinational], *economy.agents_by_type[ChineseFirm]]:
        assert agent.name == names[agent.row]
    told = partnership_names(run.lives, names, frame).to_pylist()
    assert {name: n for n, name in enumerate(told)} == life_names(run.lives, names)
    alive = {name for name, life in zip(told, run.lives, strict=True) if life["end"] < 0}
    assert {agent.name for agent in economy.agents_by_type[Partnership]} == alive


# collecting, copying


def test_a_data_collector_reads_the_metrics(turmoil):
    collector, economy = DataCollector(reporters("formations", "trust", sector="parts")), Economy(turmoil, 1)
    for _ in range(40):
        economy.step()
        collector.collect(economy)
    frame, rows = collector.get_model_vars_dataframe(), economy.state.outcome[:40, 1]
    assert list(frame.quarter[:2]) == ["1979Q1", "1979Q2"] and set(reporters()) == {"quarter", *fields(Outcome)}
    assert list(frame.formations) == list(rows["formations"]) and list(frame.trust) == list(rows["trust"])


def test_metrics_of_all_sectors_are_pooled_as_declared(economy):
    row = economy.state.outcome[economy.quarter]
    assert economy.metric("active") == row["active"].sum() == len(economy.agents_by_type[Partnership])
    assert economy.metric("trust") == pytest.approx(np.average(row["trust"], weights=row["active"]))


@pytest.mark.parametrize("again", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_go_their_own_way_to_the_same_end(turmoil, again):
    economy = Economy(turmoil, 1).run_to(2000)
    other = again(economy)
    before = content(economy)
    other.run_to(2028)
    assert content(economy) == before and economy.now == "2000Q4"
    assert differing(other.run, simulate(turmoil, 1)) == []
    agent, twin = economy.firm("parts-m01"), other.firm("parts-m01")
    assert agent.model is economy and twin.model is other and agent.unique_id == twin.unique_id
    assert agent.technology != twin.technology
    ids = [each.unique_id for each in other.agents]
    assert len(set(ids)) == len(ids)


def test_two_models_stay_apart(turmoil, lab):
    one, two = Economy(turmoil, 1).run_to(1990), Economy(lab.scenario(), 2).run_to(1995)
    assert one.firm("motors-m01").technology != two.firm("motors-m01").technology
    assert one.firm("motors-m01").technology["old"] == one.state.firms.technology[0, 0]


def test_asking_changes_nothing(economy):
    before = content(economy)
    for agent in economy.agents_by_type[Partnership]:
        assert agent.options()
    for kind in (Multinational, ChineseFirm):
        assert next(iter(economy.agents_by_type[kind])).candidates()
    assert content(economy) == before
