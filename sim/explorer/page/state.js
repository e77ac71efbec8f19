// What is looked at: one object, written into the address after every change and read from it at the start.

const view = {
  metric: "", sector: "", region: "", choice: 0, at: [], shown: [], kept: [],
  across: -1, year: 0, from: 0, to: 0, band: "runs", panels: "both",
};
const BANDS = { runs: "5 to 95 % of runs", mean: "95 % interval of the mean", none: "no band" };
const PANELS = { both: "Levels and differences", levels: "Levels", gaps: "Differences" };
const KEPT = 5; // curves beside the one the sliders are at

const choice = () => DATA.choices[view.choice];
function metricNow() {
  const metric = DATA.metrics.find(each => each.key === view.metric);
  return view.region && metric.regional ? { ...metric, text: metric.regional[0], formula: metric.regional[1] } : metric;
}
const cellNow = block => block.cells.findIndex(([sector, region]) => sector === view.sector && region === view.region);

/** The member that the sliders stand at, or undefined: no run has this combination. */
const memberAt = values => choice().members.find(each => each.values.every((value, n) => value === values[n]));

/** The member that all others are compared with, if it can be chosen. */
const standing = () => choice().members.find(each => each.pair < 0 && DATA.references.includes(each.curve));

function start() {
  const [metric, sector, region] = DATA.opening;
  view.metric = DATA.metrics.some(each => each.key === metric) ? metric : DATA.metrics[0].key;
  view.sector = sector in DATA.sectors ? sector : Object.keys(DATA.sectors)[0];
  view.region = region in DATA.regions ? region : "";
  view.from = view.to = view.year = 0;
  chooseFirst(0);
}

/** A choice as it opens: all scenarios, or the point in the middle of a sweep. */
function chooseFirst(number) {
  view.choice = number;
  const members = choice().members, factors = choice().factors;
  view.kept = [];
  view.across = -1;
  view.at = [];
  view.shown = [];
  if (!factors.length) {
    view.shown = members.flatMap((each, n) => each.shown === false || n > 5 ? [] : [n]).slice(0, DATA.kind === "experiment" ? 3 : 7);
    return;
  }
  const differing = members.filter(each => each.pair >= 0);
  view.at = [...(differing.at(-1) ?? members.at(-1)).values];
}

/** Sector, region and year within what the block has; the years asked for stay, whatever this block has of them. */
function settle(block) {
  if (cellNow(block) < 0) {
    const found = block.cells.find(([sector, region]) => sector === view.sector && region === "")
      ?? block.cells.find(([sector]) => sector === view.sector) ?? block.cells.find(([, region]) => region === view.region) ?? block.cells[0];
    [view.sector, view.region] = found;
  }
  const years = spanOf(block), there = yearsOf(block, ...years), single = yearsOf(block, 0, 9999).length < 2;
  if (!there.includes(view.year)) view.year = there.filter(year => year <= (view.year || years[1])).at(-1) ?? there[0] ?? years[1];
  const mode = view.across >= 0 ? "across" : !single ? "years" : choice().factors.length ? "across" : "curves";
  return { span: years, years: there, single, mode, across: Math.max(view.across, 0) };
}

/** First and last year to show: those asked for, else from some years before anything can differ. */
function spanOf(block) {
  const [first, last] = [block.years[0], block.years.at(-1)];
  const usual = DATA.change === null ? first : Math.max(first, Math.floor((DATA.change - 12) / 5) * 5);
  const from = Math.min(Math.max(view.from || usual, first), last);
  return [from, Math.min(Math.max(view.to || last, from), last)];
}

/** The years of a span in which the chosen cell has a value at all. */
function yearsOf(block, from, to) {
  const cell = cellNow(block);
  return block.years.filter((year, at) => year >= from && year <= to && block.levels.mean.some(curve => !Number.isNaN(curve[cell][at])));
}

function written() {
  const told = new URLSearchParams({ outcome: [view.metric, view.sector, view.region].filter(Boolean).join("@") });
  if (DATA.choices.length > 1) told.set("of", view.choice);
  if (view.at.length) told.set("at", view.at.join("."));
  if (view.shown.length) told.set("show", view.shown.join("."));
  if (view.kept.length) told.set("keep", view.kept.join("."));
  if (view.across >= 0) told.set("across", view.across);
  told.set("year", view.year);
  if (view.from || view.to) told.set("years", `${view.from}-${view.to}`);
  if (view.band !== "runs") told.set("band", view.band);
  if (view.panels !== "both") told.set("panels", view.panels);
  return `#${told.toString().replaceAll("%40", "@")}`;
}

/** Put the view into the address, so that a link restores it. */
function write() {
  if (location.hash !== written()) history.replaceState(null, "", written());
}

/** Take the view from the address; what is not there, or not true of this folder, stays as it is. */
function readAddress() {
  const told = new URLSearchParams(location.hash.slice(1));
  const whole = (text, least, most) => /^\d+$/.test(text ?? "") && +text >= least && +text <= most ? +text : undefined;
  const listed = (text, most) => (text ?? "").split(".").flatMap(each => whole(each, 0, most) ?? []);
  const [metric, sector, region] = (told.get("outcome") ?? "").split("@");
  if (DATA.metrics.some(each => each.key === metric)) {
    view.metric = metric;
    if (sector in DATA.sectors) view.sector = sector;
    if ((region ?? "") in DATA.regions) view.region = region ?? "";
  }
  const number = whole(told.get("of"), 0, DATA.choices.length - 1);
  if (number !== undefined) chooseFirst(number);
  const { factors, members } = choice();
  const at = listed(told.get("at"), 1e6);
  if (at.length === factors.length && at.every((value, n) => value < factors[n].levels.length)) view.at = at;
  if (told.has("show") && !factors.length) view.shown = listed(told.get("show"), members.length - 1);
  if (told.has("keep") && factors.length) view.kept = listed(told.get("keep"), members.length - 1).slice(0, KEPT);
  const across = whole(told.get("across"), 0, factors.length - 1);
  if (across !== undefined) view.across = across;
  view.year = whole(told.get("year"), 1900, 2200) ?? view.year;
  const [from, to] = (told.get("years") ?? "").split("-").map(each => whole(each, 0, 2200));
  if (from !== undefined && to !== undefined) Object.assign(view, { from, to });
  if (told.get("band") in BANDS) view.band = told.get("band");
  if (told.get("panels") in PANELS) view.panels = told.get("panels");
}
