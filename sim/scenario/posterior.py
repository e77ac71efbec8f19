"""A parameter set under a chain of files: declared defaults < set < draw < files that extend the world < --set."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim.errors import Problem, ScenarioError
from sim.scenario.files import Posterior
from sim.scenario.merge import COMMAND, merge, nearest, override, plant
from sim.scenario.reader import Node, value_of
from sim.scenario.sets import ParameterSet, read_set
from sim.scenario.space import before_data
from sim.scenario.validate import told

KEY = "posterior"


class Laid(NamedTuple):
    """What was chosen and where, the set, and the parameters that it laid under the files."""

    chosen: Posterior
    node: Node
    found: ParameterSet
    parameters: Mapping[str, Node]

    def draws(self, tree: Node) -> dict[str, list[Node]]:
        """By parameter, the values that seeds take in turn: those that no file and no setting replaced."""
        count, place = self.chosen.draws or self.chosen.prior, self.node.mark
        if count is None or self.found.draws is None:
            return {}
        given = tree.value["parameters"].value
        drawn = self.found.draws.values
        kept = {name: values for name, values in drawn.items() if given[name] is self.parameters[name]}
        return {name: [Node(value, place, place) for value in values[:count]] for name, values in kept.items()}

    def onto(self, tree: Node) -> Node:
        """A merged tree that says what it stands on."""
        place = self.node.mark
        values = {name: Node(drawn, place, place) for name, drawn in self.draws(tree).items()}
        said = Node({**self.node.value, "values": Node(values, place, place)}, place, place)
        return Node({**tree.value, KEY: said}, tree.mark, tree.key)


def lay(
    trees: Iterable[Node], settings: Mapping[str, Any], folder: Path
) -> tuple[Node | None, Laid | None, list[Problem]]:
    """The world's tree (the first) with the chosen set over it, and what was chosen; None where no set is named.

    `settings`: those of `--set`, of which only `posterior` and what is below it counts.
    """
    world, *others = trees
    node, problems = _choice([world, *others], settings)
    if node is None or problems:
        return None, None, problems
    holder = Node({KEY: node}, node.mark, node.key)
    try:
        chosen = Posterior.model_validate(node.plain())
    except ValidationError as error:
        return None, None, list(told(holder, error, Posterior, (KEY,)))
    if chosen.values is not None:
        changed = [path for path in settings if path.split(".")[0] == KEY]
        message = "the file holds resolved values; choose the set where the scenario itself is loaded"
        return None, None, [COMMAND.problem(path, message) for path in changed]
    place = node.value["set"].mark
    wanted = 0 if chosen.prior else chosen.draws or chosen.draw
    try:
        found = read_set(chosen.set, folder, bool(wanted))
        known = found.left_out if chosen.left_out is not None else {}
    except ScenarioError as error:
        own = [
            place.problem(f"{KEY}.set", each.message) if each.file == chosen.set else each for each in error.problems
        ]
        return None, None, own
    if chosen.left_out is not None:
        if chosen.left_out not in known:
            message = f"{chosen.set} has no draws without {chosen.left_out!r}{nearest(chosen.left_out, known)}"
            return None, None, [node.value["left_out"].mark.problem(f"{KEY}.left_out", message)]
        found = found._replace(draws=known[chosen.left_out])
    if chosen.prior is not None:
        other = next((key for key in ("draws", "left_out") if getattr(chosen, key) is not None), None)
        if other is not None or not found.file.fitted:
            message = f"not together with {other}" if other else f"{chosen.set} has no priors"
            return None, None, [node.value["prior"].mark.problem(f"{KEY}.prior", message)]
        found = found._replace(draws=before_data(found.file, chosen.prior, place))
    there = 0 if found.draws is None else len(found.draws.marks)
    if wanted > there:
        key = "draws" if chosen.draws else "draw"
        what = f"{chosen.set} has {there} draws" if there else f"{chosen.set} has no draws yet; `calibrate` makes them"
        mark = node.value[key].mark if key in node.value else place
        return None, None, [mark.problem(f"{KEY}.{key}", f"{wanted}; {what}")]
    layer = found.layer(1 if chosen.draws or chosen.prior else chosen.draw)
    tree = merge(world, layer)
    return Node(tree.value, world.mark, world.key), Laid(chosen, node, found, layer.value["parameters"].value), []


def _choice(trees: list[Node], settings: Mapping[str, Any]) -> tuple[Node | None, list[Problem]]:
    """The `posterior` of the files, the last over the first, and of --set."""
    node: Node | None = None
    for tree in trees:
        own = tree.value.get(KEY)
        if own is not None:
            node = own if node is None else merge(node, own)
    problems: list[Problem] = []
    holder = Node({KEY: node or plant({})}, COMMAND, COMMAND)
    asked = {path: value for path, value in settings.items() if path.split(".")[0] == KEY}
    for path, value in asked.items():
        try:
            holder, wrong = override(holder, path, value_of(value) if isinstance(value, str) else value)
        except ValueError as error:
            wrong = [COMMAND.problem(path, f"{value!r} is not a value: {error}")]
        problems += wrong
    return (None if node is None and not asked else holder.value[KEY]), problems


def without_replaced(tree: Node, settings: Mapping[str, Any]) -> Node:
    """A resolved tree in which parameters that are set are drawn no more."""
    node = tree.value.get(KEY)
    values = node.value.get("values") if node is not None and isinstance(node.value, dict) else None
    names = {path.split(".")[1] for path in settings if path.startswith("parameters.")}
    if node is None or values is None or not isinstance(values.value, dict) or not names & values.value.keys():
        return tree
    kept = {name: drawn for name, drawn in values.value.items() if name not in names}
    fewer = Node({**node.value, "values": Node(kept, values.mark, values.key)}, node.mark, node.key)
    return Node({**tree.value, KEY: fewer}, tree.mark, tree.key)
