// The controls: native, labelled inputs that change the view and say so.

const byId = id => document.getElementById(id);

/** An element with attributes and children; an attribute that is a function is a listener. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter(each => each !== undefined && each !== ""));
  return element;
}

function key(line) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS(svg.namespaceURI, "line");
  for (const [name, value] of Object.entries({ viewBox: "0 0 28 8", width: 28, height: 8, "aria-hidden": "true", class: "key" })) svg.setAttribute(name, value);
  const ends = { x1: 0, x2: 28, y1: 4, y2: 4, stroke: line.color, "stroke-width": 2.5, "stroke-dasharray": line.dash[1] ? line.dash.join(" ") : "none" };
  for (const [name, value] of Object.entries(ends)) path.setAttribute(name, value);
  svg.append(path);
  return svg;
}

/** Fill a select; options are [value, text] or [group, options]. */
function fill(select, options, value) {
  const option = ([each, text]) => make("option", { value: each, selected: `${each}` === `${value}` }, text);
  select.replaceChildren(...options.map(([each, text]) => Array.isArray(text) ? make("optgroup", { label: each }, ...text.map(option)) : option([each, text])));
}

/** Outcome, sector and region: only what the folder has. */
function placeControls(block) {
  const groups = new Map();
  for (const metric of DATA.metrics) groups.set(metric.group, [...groups.get(metric.group) ?? [], [metric.key, metric.text]]);
  fill(byId("outcome"), [...groups], view.metric);
  const has = (sector, region) => block.cells.some(each => each[0] === sector && each[1] === region);
  fill(byId("sector"), Object.entries(DATA.sectors).filter(([each]) => block.cells.some(cell => cell[0] === each)), view.sector);
  const regions = Object.entries(DATA.regions).filter(([each]) => has(view.sector, each));
  fill(byId("region"), regions, view.region);
  byId("region").disabled = regions.length < 2;
}

/** What can be drawn: scenarios to tick, or sliders over the points that were computed. */
function choiceControls(drawn) {
  const { factors, members, grid } = choice();
  byId("of-field").hidden = DATA.choices.length < 2;
  fill(byId("of"), DATA.choices.map((each, n) => [n, each.title]), view.choice);
  byId("curves-legend").textContent = factors.length ? "Point" : choice().title;
  const focused = document.activeElement?.id; // redrawn controls keep the focus
  byId("curves").replaceChildren(...factors.length ? factors.map((factor, n) => slider(factor, n, grid)) : members.map((each, n) => tick(each, n, drawn)));
  if (focused && !byId(focused)?.matches(":focus")) byId(focused)?.focus();
  byId("walk").hidden = grid || !factors.length;
  byId("stands").hidden = !factors.length || !standing();
  byId("buttons").hidden = !factors.length;
  const here = memberAt(view.at);
  byId("keep").disabled = !here || view.kept.includes(members.indexOf(here)) || view.kept.length >= KEPT;
  byId("kept").replaceChildren(...view.kept.map(n => make("li", {}, members[n].name, " ",
    make("button", { type: "button", "aria-label": `Drop ${members[n].name}`, click: () => { view.kept = view.kept.filter(each => each !== n); refresh(); } }, "drop"))));
}

function tick(member, n, drawn) {
  const line = drawn.find(each => each.member === member);
  const change = event => {
    view.shown = event.target.checked ? [...view.shown, n].sort((a, b) => a - b) : view.shown.filter(each => each !== n);
    refresh();
  };
  const box = make("input", { type: "checkbox", id: `curve-${n}`, checked: view.shown.includes(n), change });
  return make("label", { class: "tick", for: `curve-${n}` }, box, line ? key(line) : "", make("span", {}, member.name));
}

/** A slider over the values of what varies: of a sample, over its points in the order of this value. */
function slider(factor, n, grid) {
  const ordered = grid ? null : [...choice().members].sort((a, b) => a.values[n] - b.values[n]);
  const here = ordered?.indexOf(memberAt(view.at)), many = ordered?.length ?? factor.levels.length;
  const text = `${factor.shown[view.at[n]]}${factor.unit && factor.unit !== "%" && factor.numeric ? ` ${factor.unit}` : ""}`;
  const input = event => {
    const place = +event.target.value;
    if (ordered) view.at = [...ordered[place].values];
    else view.at[n] = place;
    refresh();
  };
  const range = make("input", { type: "range", id: `factor-${n}`, min: 0, max: many - 1, step: 1, value: grid ? view.at[n] : here, "aria-valuetext": text, input });
  range.value = grid ? view.at[n] : here;
  return make("div", { class: "slider" }, make("label", { for: `factor-${n}` }, factor.text), make("output", { for: `factor-${n}` }, text), range,
    make("span", { class: "ends", "aria-hidden": "true" }, make("span", {}, factor.shown[0]), make("span", {}, factor.shown.at(-1))));
}

function viewControls(block) {
  const { factors } = choice(), { years, mode } = now;
  byId("across-field").hidden = !factors.length;
  const axes = factors.map((factor, n) => [n, factor.text]);
  fill(byId("across"), !now.single ? [[-1, "Years"], ...axes] : axes, mode === "across" ? now.across : -1);
  ["from", "to"].forEach((id, n) => Object.assign(byId(id), { min: block.years[0], max: block.years.at(-1), value: now.span[n] }));
  byId("span-field").hidden = mode !== "years";
  fill(byId("band"), Object.entries(BANDS), view.band);
  fill(byId("panels"), Object.entries(PANELS), view.panels);
  byId("panels-field").hidden = !DATA.references.length;
  const range = byId("year");
  Object.assign(range, { min: 0, max: Math.max(years.length - 1, 0), value: Math.max(years.indexOf(view.year), 0), disabled: years.length < 2 });
}

function listen() {
  const change = (id, set) => byId(id).addEventListener("change", event => { set(event.target.value); refresh(); });
  change("outcome", value => { view.metric = value; });
  change("sector", value => { view.sector = value; });
  change("region", value => { view.region = value; });
  change("of", value => chooseFirst(+value));
  change("across", value => { view.across = +value; });
  change("band", value => { view.band = value; });
  change("panels", value => { view.panels = value; });
  change("from", value => Object.assign(view, { from: Math.min(+value || 0, now.span[1]), to: now.span[1] }));
  change("to", value => Object.assign(view, { from: now.span[0], to: Math.max(+value || 0, now.span[0]) }));
  byId("whole").addEventListener("click", () => { Object.assign(view, { from: 1, to: 9999 }); refresh(); });
  byId("stands").addEventListener("click", () => { view.at = [...standing().values]; refresh(); });
  byId("keep").addEventListener("click", () => { view.kept.push(choice().members.indexOf(memberAt(view.at))); refresh(); });
  byId("year").addEventListener("input", event => { view.year = now.years[+event.target.value]; pointed(); });
  byId("csv").addEventListener("click", () => save(`${fileName()}.csv`, "text/csv", csv()));
  byId("svg").addEventListener("click", async () => save(`${fileName()}.svg`, "image/svg+xml", await shown.toSVG()));
  byId("copy").addEventListener("click", copyLink);
  byId("numbers").addEventListener("toggle", () => { if (byId("numbers").open) numbersTable(); });
  byId("chart").addEventListener("pointermove", pointing);
  byId("chart").addEventListener("pointerleave", () => { byId("tip").hidden = true; });
  dark.addEventListener("change", refresh);
  addEventListener("hashchange", () => { readAddress(); refresh(); });
  let width = byId("plot").clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(byId("plot").clientWidth - width) < 8) return;
    width = byId("plot").clientWidth;
    refresh();
  }).observe(byId("plot"));
}

async function copyLink() {
  write();
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied. It opens this view of this file.");
  } catch {
    say("The address of this page is the link to this view: copy it from the address bar.");
  }
}

const say = text => { byId("status").textContent = text; };
const fileName = () => ["explore", view.metric, view.sector, view.region, now.mode === "years" ? now.span.join("-") : view.year].filter(Boolean).join("-");

function save(name, type, text) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(`Saved as ${name}.`);
}
