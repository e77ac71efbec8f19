// From the view to what is on the page: the chart, its words, its numbers.

// What is on the page: mode is `years`, `across` (along what varies) or `curves` (side by side, where there is one year).
const now = { block: null, drawn: [], rows: [], legend: [], span: [], years: [], single: false, mode: "years", across: 0, turn: 0 };

/** The curves to draw, what they are compared with first: name, curve, pair, colour and dash. */
function selection() {
  const { factors, members } = choice(), lines = [];
  const add = (member, n) => lines.push({ member, name: member.name, curve: member.curve, pair: member.pair, ...stroke(n) });
  if (DATA.kind === "run" || DATA.kind === "compare") {
    for (const n of view.shown) add(members[n], n);
    return lines;
  }
  const chosen = factors.length ? [memberAt(view.at), ...view.kept.map(n => members[n])] : view.shown.map(n => members[n]);
  const drawn = [...new Set(chosen)].filter(each => each && each.pair >= 0);
  const references = [...new Set([...drawn.map(each => DATA.references[each.pair]), ...chosen.flatMap(each => each && each.pair < 0 ? each.curve : [])])];
  if (factors.length && standing() && !references.length) references.push(standing().curve);
  references.forEach((curve, n) => {
    const known = members.find(each => each.curve === curve && each.pair < 0);
    add(known ?? { name: references.length > 1 ? `What it is compared with, ${n + 1}` : "What it is compared with", curve, pair: -1 }, n ? 7 : 0);
  });
  drawn.forEach((member, n) => add(member, n + 1));
  return lines;
}

async function refresh() {
  const turn = ++now.turn, block = await blockOf(view.metric);
  if (turn !== now.turn) return; // a later change overtook this one
  Object.assign(now, settle(block), { block });
  const metric = metricNow(), cell = cellNow(block), [from, to] = now.span;
  const within = rows => rows.filter(row => row.year >= from && row.year <= to);
  now.drawn = selection().map(line => ({ ...line, levels: within(levelRows(block, line.curve, cell)), gaps: within(gapRows(block, line.pair, cell)) }));
  placeControls(block);
  choiceControls(now.drawn);
  viewControls(block);
  const charts = { years: yearsChart, across: acrossChart, curves: curvesChart };
  await draw(byId("plot"), charts[now.mode](metric, cell));
  if (turn !== now.turn) return;
  words(metric);
  pointed();
  if (byId("numbers").open) numbersTable();
  document.documentElement.dataset.ready = turn;
}

function yearsChart(metric) {
  const plotted = (rows, line) => rows.map(row => ({ ...row, x: row.year + YEAR_END, series: line.name }));
  const marks = view.region ? [] : (DATA.observed[view.metric]?.[view.sector] ?? []).filter(([year]) => year >= now.span[0] && year <= now.span[1]);
  const curves = new Set(now.drawn.map(line => line.curve));
  const events = DATA.policies.filter(each => each.curve === null || curves.has(each.curve))
    .flatMap(each => [{ x: each.years[0], kind: "announced" }, { x: each.years[1], kind: "in force" }]);
  return {
    metric, lines: now.drawn, pointwise: false,
    levels: now.drawn.flatMap(line => plotted(line.levels, line)), gaps: now.drawn.flatMap(line => plotted(line.gaps, line)),
    observed: marks.map(([year, value, low, high, bound]) => ({ x: year + .5, value, low, high, shape: bound ? "at least" : "value" })),
    events: events.filter((each, n) => events.findIndex(other => other.x === each.x && other.kind === each.kind) === n),
    at: view.year + YEAR_END, x: { type: "quantitative", domain: [now.span[0], now.span[1] + 1], format: "d", title: null },
  };
}

/** The points along one of the things that vary, in the year chosen; another is told apart by colour. */
function acrossChart(metric, cell) {
  const { factors, members, grid } = choice(), factor = factors[now.across];
  const along = grid ? factors.findIndex((each, n) => n !== now.across && each.levels.length <= 6) : -1;
  const inLine = members.filter(each => !grid || each.values.every((value, n) => n === now.across || n === along || value === view.at[n]));
  const here = memberAt(view.at), name = member => along < 0 ? "Points" : `${factors[along].short} = ${factors[along].shown[member.values[along]]}`;
  now.rows = inLine.flatMap(member => {
    const row = levelRows(now.block, member.curve, cell).find(each => each.year === view.year);
    if (!row) return [];
    const gap = gapRows(now.block, member.pair, cell).find(each => each.year === view.year);
    const level = member.values[now.across], value = factor.levels[level];
    const x = factor.numeric ? value * factor.scale : factor.shown[level];
    return [{ ...row, x, level, series: name(member), here: member === here, gap, member }];
  }).sort((a, b) => a.level - b.level);
  const levels = along < 0 ? ["Points"] : factors[along].shown.map(value => `${factors[along].short} = ${value}`).filter(each => now.rows.some(row => row.series === each));
  const lines = levels.map((each, n) => ({ name: each, ...stroke(n + 1) }));
  const plain = now.rows.map(({ member, gap, ...row }) => row);
  now.legend = lines;
  return {
    metric, lines, pointwise: true, joined: grid && factor.numeric, levels: plain, observed: [], events: [], at: 0,
    gaps: now.rows.flatMap(({ member, gap, ...row }) => gap ? [{ ...row, ...gap }] : []),
    x: factor.numeric
      ? { type: "quantitative", domain: padded(now.rows.map(row => row.x)), title: factor.axis }
      : { type: "ordinal", title: factor.text },
  };
}

/** Curves side by side in the only year that the folder has of this outcome. */
function curvesChart(metric) {
  const plotted = part => now.drawn.flatMap(line => line[part].map(row => ({ ...row, x: line.name, series: line.name })));
  return { metric, lines: now.drawn, pointwise: true, joined: false, levels: plotted("levels"), gaps: plotted("gaps"), observed: [], events: [], at: 0,
    x: { type: "nominal", title: null, names: now.drawn.map(line => line.name) } };
}

function padded(values) {
  const low = Math.min(...values), high = Math.max(...values), room = (high - low || 1) * .03;
  return [low - room, high + room];
}

/** Heading, caption, policies, and the text alternative. */
function words(metric) {
  const { mode, drawn } = now, years = mode === "years", factor = choice().factors[now.across];
  const told = mode === "across" ? describeAcross(view, metric, factor, now.rows) : describeYears(view, metric, now.span, drawn);
  byId("chart-title").textContent = `${metric.text}: ${where(view)}${years ? "" : `, ${view.year}`}${mode === "across" ? `, against ${lower(factor.text)}` : ""}`;
  const sizes = [...new Set(drawn.flatMap(line => line.levels.map(row => row.n)))].sort((a, b) => a - b);
  const runs = sizes.length ? ` of ${sizes.length > 1 ? `${sizes[0]} to ${sizes.at(-1)}` : sizes[0]} ${sizes.at(-1) === 1 ? "run" : "runs"}` : "";
  const band = view.band === "none" ? "" : `; ${years ? "shade" : "bars"}: ${BANDS[view.band]}`;
  const seen = years && !view.region && DATA.observed[view.metric]?.[view.sector];
  byId("caption").textContent = [
    `${metric.formula}.`, metric.flow ? "Sum over the year." : "Last quarter of each year.",
    `Levels: mean${runs}${band}.`,
    drawn.some(line => line.pair >= 0) ? `Differences: paired by seed from ${reference()}, with the 95 % interval of their mean.` : "",
    years ? `${DATA.policies.length ? "Dashed: a policy is announced; thin: in force. " : ""}Dotted: end of history.` : "",
    seen ? "Rings: observed, with their range (triangle: at least)." : "",
    mode === "across" ? `Only computed points are drawn${choice().grid ? "; lines between them guide the eye" : ""}.` : "",
    !now.single ? "" : `Of this outcome the folder has ${view.year} only.`,
  ].filter(Boolean).join(" ");
  byId("chart").setAttribute("aria-label", `Chart. ${told}`);
  byId("in-words").textContent = told;
  const legend = mode === "across" ? now.legend : drawn;
  byId("legend").hidden = legend.length < 2;
  byId("legend").replaceChildren(...legend.map(line => make("li", {}, key(line), line.name)));
  policyList();
  gapNote();
}

function reference() {
  const names = now.drawn.filter(line => line.pair < 0).map(line => `“${line.name}”`);
  return names.length === 1 ? names[0] : DATA.kind === "experiment" ? "what each is compared with" : `“${DATA.base}”`;
}

/** No run has what the sliders say: it is told, and the nearest point that was computed is one press away. */
function gapNote() {
  const gap = choice().factors.length && !memberAt(view.at);
  byId("gap").hidden = !gap;
  if (!gap) return;
  const distance = member => member.values.reduce((sum, value, n) => sum + Math.abs(value - view.at[n]) / Math.max(choice().factors[n].levels.length - 1, 1), 0);
  const near = choice().members.reduce((best, each) => distance(each) < distance(best) ? each : best);
  byId("gap").replaceChildren("No run has this combination: nothing is drawn for it. ",
    make("button", { type: "button", click: () => { view.at = [...near.values]; refresh(); } }, `Go to the nearest computed point: ${near.name}`));
}

function policyList() {
  const curves = new Set(now.drawn.map(line => line.curve));
  const told = DATA.policies.filter(each => each.curve === null || curves.has(each.curve));
  byId("policies").hidden = !told.length;
  byId("policies-list").replaceChildren(...told.map(({ curve, label, quarters: [announce, start, end] }) =>
    make("li", {}, `${label}: announced ${announce}, in force ${start}${end ? ` to ${end}` : " onwards"}${curve === null || curves.size < 3 && DATA.curves.length < 3 ? "" : ` (${DATA.curves[curve]})`}`)));
}

/** What is known of the year read off: moves the line in the chart, fills the table below it. */
function pointed() {
  const metric = metricNow();
  if (now.mode === "across" && now.rows.some(row => row.year !== view.year)) { refresh(); return; }
  shown?.signal("at", view.year + YEAR_END).runAsync();
  byId("read-year").textContent = view.year;
  const head = ["Curve", `Level, ${unitOf(metric)}`, "", `Difference, ${differenceUnit(metric)}`, "95 % interval", "P(+)"];
  const shade = { runs: "5 to 95 % of runs", mean: "95 % interval", none: "" }[view.band];
  const rows = now.drawn.map(line => {
    const level = line.levels.find(row => row.year === view.year), gap = line.gaps.find(row => row.year === view.year);
    const range = !level || view.band === "none" || level.n < 2 ? "" : view.band === "runs" ? `${number(level.q05, metric)} to ${number(level.q95, metric)}` : interval(level, metric);
    return [line, level ? number(level.mean, metric) : NONE, range, gap ? `${mark(gap)} ${number(gap.mean, metric, true)}` : "", gap ? interval(gap, metric, true) : "", gap ? gap.p.toFixed(2) : ""];
  });
  const paired = now.drawn.some(line => line.pair >= 0), cells = paired ? 6 : 3;
  head[2] = shade;
  byId("reading").replaceChildren(
    make("thead", {}, make("tr", {}, ...head.slice(0, cells).map((each, n) => make("th", { scope: "col", class: n ? "number" : "" }, each)))),
    make("tbody", {}, ...rows.map(([line, ...rest]) => make("tr", {}, make("th", { scope: "row" }, key(line), line.name),
      ...rest.slice(0, cells - 1).map(each => make("td", { class: "number" }, each))))));
  byId("year").value = Math.max(now.years.indexOf(view.year), 0);
  byId("year").setAttribute("aria-valuetext", `${view.year}. ${rows.map(([line, level, , gap]) => `${line.name}: ${withUnit(level, metric)}${gap ? `, difference ${gap.slice(2)}` : ""}`).join("; ")}`);
  write();
}

/** The pointer over the chart reads off the year, or the nearest point, below it. */
function pointing(event) {
  const tip = byId("tip"), box = byId("chart").getBoundingClientRect(), metric = metricNow();
  let told;
  if (now.mode === "curves") return;
  if (now.mode === "across") {
    const row = nearestRow(event);
    if (!row) { tip.hidden = true; return; }
    told = [make("b", {}, row.member.name), make("span", {}, `${withUnit(number(row.mean, metric), metric)}${row.n > 1 ? ` (${number(row.q05, metric)} to ${number(row.q95, metric)})` : ""}`),
      row.gap ? make("span", {}, `${mark(row.gap)} ${withUnit(number(row.gap.mean, metric, true), metric, true)} (${interval(row.gap, metric, true)})`) : ""];
  } else {
    const year = yearAt(event, byId("plot"), now.years);
    if (year === null) return;
    if (year !== view.year) { view.year = year; pointed(); }
    told = [make("b", {}, `${year}`), ...now.drawn.flatMap(line => {
      const level = line.levels.find(row => row.year === year), gap = line.gaps.find(row => row.year === year);
      return level ? [make("span", {}, key(line), `${withUnit(number(level.mean, metric), metric)}${gap ? `  ${mark(gap)} ${number(gap.mean, metric, true)}` : ""}`)] : [];
    })];
  }
  tip.replaceChildren(...told.filter(Boolean));
  tip.hidden = false;
  const left = event.clientX - box.left, wide = tip.offsetWidth;
  tip.style.left = `${left + wide + 24 > box.width ? Math.max(left - wide - 14, 0) : left + 14}px`;
  tip.style.top = `${Math.max(event.clientY - box.top - 30, 0)}px`;
}

function nearestRow(event) {
  if (!shown || !now.rows.length) return null;
  const box = byId("plot").getBoundingClientRect(), scale = shown.scale("concat_0_x");
  const wide = typeof scale.bandwidth === "function" ? scale.bandwidth() / 2 : 0;
  const off = row => Math.abs(scale(row.x) + wide - (event.clientX - box.left - shown.origin()[0]));
  const near = now.rows.reduce((best, row) => off(row) < off(best) ? row : best);
  const same = now.rows.filter(row => row.x === near.x);
  return same.find(row => row.here) ?? same[0];
}

/** What is drawn, as rows: the header first. */
function drawnRows() {
  const { factors } = choice(), across = now.mode === "across";
  const head = ["metric", "sector", "region", "curve", ...factors.map(each => each.path), "year", "n", "mean", "lo", "hi", "q05", "q95", "difference", "difference_lo", "difference_hi", "p_positive", "pairs"];
  const row = (line, level, gap) => [view.metric, view.sector, view.region || "all", line.name, ...factors.map((each, n) => line.values ? each.levels[line.values[n]] : ""),
    level.year, level.n, level.mean, level.lo, level.hi, level.q05, level.q95, ...gap ? [gap.mean, gap.lo, gap.hi, gap.p, gap.n] : ["", "", "", "", ""]];
  const rows = across ? now.rows.map(each => row({ name: each.member.name, values: each.member.values }, each, each.gap))
    : now.drawn.flatMap(line => line.levels.map(level => row({ name: line.name, values: line.member.values }, level, line.gaps.find(gap => gap.year === level.year))));
  return [head, ...rows];
}

function csv() {
  const cell = value => typeof value === "number" ? (Number.isNaN(value) ? "" : `${+value.toPrecision(9)}`)
    : /[",\n]/.test(value ?? "") ? `"${value.replaceAll('"', '""')}"` : `${value ?? ""}`;
  return `${drawnRows().map(row => row.map(cell).join(",")).join("\n")}\n`;
}

/** The chart as a table, made when it is opened. */
function numbersTable() {
  const metric = metricNow(), [head, ...rows] = drawnRows();
  const at = name => head.indexOf(name), across = now.mode === "across";
  const told = across ? rows : [...rows].sort((a, b) => a[at("year")] - b[at("year")]);
  const range = (row, low, high, signed) => row[at(low)] === "" || Number.isNaN(row[at(low)]) ? "" : `${number(row[at(low)], metric, signed)} to ${number(row[at(high)], metric, signed)}`;
  const columns = [
    ["Year", row => row[at("year")]], ["Curve", row => row[at("curve")]], ["Mean", row => number(row[at("mean")], metric)],
    ["95 % interval", row => range(row, "lo", "hi")], ["5 to 95 % of runs", row => range(row, "q05", "q95")],
    ["Difference", row => row[at("difference")] === "" ? "" : number(row[at("difference")], metric, true)], ["95 % interval", row => range(row, "difference_lo", "difference_hi", true)],
  ].slice(0, DATA.references.length ? 7 : 5);
  byId("numbers-table").replaceChildren(
    make("caption", {}, `${metric.text}, ${where(view)}: ${unitOf(metric)}; differences in ${differenceUnit(metric)}`),
    make("thead", {}, make("tr", {}, ...columns.map(([name], n) => make("th", { scope: "col", class: n > 1 ? "number" : "" }, name)))),
    make("tbody", {}, ...told.map(row => make("tr", {}, ...columns.map(([, tell], n) => make(n ? "td" : "th", n ? { class: n > 1 ? "number" : "" } : { scope: "row" }, `${tell(row)}`))))));
}

start();
readAddress();
byId("omitted").hidden = !DATA.omitted;
byId("omitted").textContent = DATA.omitted ? `To stay small, this page leaves out ${DATA.omitted}. explore FOLDER --metrics … --sectors … chooses what it holds; the folder’s tables hold all.` : "";
listen();
refresh();
