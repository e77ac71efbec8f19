// The chart: what is drawn as Vega-Lite specifications, and the one view that shows it. Expressions are interpreted, not
// compiled, so that the page needs no right to make code.

const YEAR_END = .75; // a year's value stands at its last quarter, so that nothing seems to precede its cause
const HISTORY_ENDS = 2026.25;
const DASHES = [[1, 0], [7, 2], [7, 2, 2, 2], [2, 2], [11, 3], [5, 2, 1, 2, 1, 2], [3, 3], [9, 2, 2, 2, 2, 2]];
const PALETTES = {
  light: { ink: "#222", soft: "#5a5a5a", grid: "#e6e6e4", page: "#fff", mark: "#777",
    curves: ["#000000", "#0072b2", "#d55e00", "#009e73", "#b85a92", "#8f6100", "#2a7eb0", "#666666"] },
  dark: { ink: "#e6e6e6", soft: "#a8a8a8", grid: "#2c3036", page: "#17191c", mark: "#9a9a9a",
    curves: ["#ffffff", "#62b6ee", "#f59a61", "#3cc79c", "#e59ac6", "#d3a848", "#a9d4f5", "#a8a8a8"] },
};
const dark = matchMedia("(prefers-color-scheme: dark)");
const palette = () => PALETTES[dark.matches && !matchMedia("print").matches ? "dark" : "light"];
const stroke = n => ({ color: palette().curves[Math.min(n, 7)], dash: DASHES[Math.min(n, 7)] });

let shown = null; // the Vega view on the page

/** Replace the chart. `rows` of levels and gaps have `series`, `x`, `mean`, `lo`, `hi`, `low`, `high`. */
async function draw(element, chart) {
  const spec = specification({ ...chart, room: element.clientWidth });
  const runtime = vega.parse(vegaLite.compile(spec, { logger: vega.logger(vega.Error) }).spec, {}, { ast: true });
  const made = new vega.View(runtime, { expr: vegaInterpreter, renderer: "svg", hover: false, logLevel: vega.Error });
  const place = document.createElement("div");
  await made.initialize(place).runAsync();
  element.replaceChildren(place);
  shown?.finalize();
  shown = made;
  return made;
}

function specification(chart) {
  const { ink, soft, grid } = palette(), { room } = chart, narrow = room < 520;
  const panels = [];
  if (view.panels !== "gaps" || !chart.gaps.length) panels.push(panel(chart, "levels", narrow ? 210 : 290));
  if (view.panels !== "levels" && chart.gaps.length) panels.push(panel(chart, "gaps", narrow ? 150 : panels.length ? 200 : 290));
  panels.forEach((each, n) => { each.encoding.x.axis.labels = n === panels.length - 1; });
  panels.at(-1).encoding.x.axis.title = chart.x.title;
  const margin = 62;
  for (const each of panels) each.width = Math.max(room - margin - 12, 180);
  const font = "system-ui, -apple-system, Segoe UI, DejaVu Sans, Noto Sans CJK SC, sans-serif";
  return {
    background: null, padding: { left: 2, right: 8, top: 6, bottom: 2 }, spacing: 26, vconcat: panels,
    params: [{ name: "at", value: chart.at }],
    config: {
      font, aria: false, view: { stroke: null },
      axis: { labelColor: soft, titleColor: soft, gridColor: grid, domainColor: soft, tickColor: soft, labelFontSize: 12,
        titleFontSize: 12, titleFontWeight: "normal", labelFlush: true, minExtent: margin - 20, labelFontWeight: "normal" },
      axisX: { minExtent: 0, grid: false },
      title: { color: ink, fontSize: 13, fontWeight: 600, anchor: "start", offset: 8 },
      text: { font, color: soft, fontSize: 11 },
    },
  };
}

/** One panel: bands below, lines, observed values, policies, and the year read off. */
function panel(chart, part, height) {
  const rows = chart[part], gaps = part === "gaps", { soft } = palette();
  const scale = chart.metric.percent ? "datum.value * 100" : "datum.value";
  const labelExpr = `${gaps ? "(datum.value > 0 ? '+' : '') + " : ""}replace(format(${scale}, ',.12~g'), '-', '−')`;
  const axis = { title: null, tickCount: height > 180 ? 5 : 4, labelExpr };
  const layers = [];
  if (gaps) layers.push({ data: { values: [{}] }, mark: { type: "rule", color: soft, strokeWidth: 1.2 }, encoding: { y: { datum: 0 }, x: null } });
  layers.push(...bands(chart, part), ...lines(chart, part));
  if (!gaps) layers.push(...observedMarks(chart));
  layers.push(...events(chart, part), ...crosshair(chart, part));
  const domain = chart.x.domain;
  const x = { field: "x", type: chart.x.type, scale: domain ? { domain, nice: false, zero: false } : { padding: .5, ...(chart.x.names ? { domain: chart.x.names } : {}) }, ...(domain ? {} : { sort: null }),
    axis: { ...(domain ? {} : { labelAngle: 0, labelLimit: Math.max(chart.room / Math.max(new Set(rows.map(row => row.x)).size, 1) - 14, 60) }), title: null, format: chart.x.format, labelExpr: chart.x.labelExpr, values: chart.x.values, tickCount: 8, labelOverlap: true } };
  return {
    height, title: gaps ? `Difference, ${differenceUnit(chart.metric)}` : `Level, ${unitOf(chart.metric)}`,
    data: { values: rows },
    encoding: { x, y: { field: "mean", type: "quantitative", axis, scale: { zero: false, nice: true } } },
    layer: layers, resolve: { scale: { color: "shared" } },
  };
}

const named = chart => chart.lines.map(line => line.name);
const color = chart => ({ field: "series", type: "nominal", legend: null, sort: null,
  scale: { domain: named(chart), range: chart.lines.map(line => line.color) } });

/** Spread of runs as plain shade; an interval of a mean as shade with edges. */
function bands(chart, part) {
  const gaps = part === "gaps", runs = !gaps && view.band === "runs";
  if (view.band === "none" && !gaps) return [];
  const [low, high] = runs ? ["q05", "q95"] : ["lo", "hi"];
  const ends = { y: { field: low, type: "quantitative" }, y2: { field: high }, color: color(chart) };
  if (chart.pointwise) return [{ mark: { type: "rule", strokeWidth: 1.6, opacity: .8 }, transform: [{ filter: `isValid(datum.${low})` }], encoding: ends }];
  const detail = { field: "series" };
  const area = { mark: { type: "area", opacity: runs ? .16 : .2 }, encoding: { ...ends, detail } };
  if (runs) return [area];
  return [area, ...[low, high].map(name => ({ mark: { type: "line", strokeWidth: .8, opacity: .8 },
    encoding: { y: { field: name, type: "quantitative" }, color: color(chart), detail } }))];
}

function lines(chart, part) {
  const dash = { field: "series", type: "nominal", legend: null, sort: null,
    scale: { domain: named(chart), range: chart.lines.map(line => line.dash) } };
  const joined = { mark: { type: "line", strokeWidth: 2, strokeCap: "butt" }, encoding: { color: color(chart), strokeDash: dash } };
  const few = chart.pointwise || new Set(chart[part].map(row => row.x)).size < 3;
  if (!few) return [joined];
  const points = { mark: { type: "point", filled: true, size: 46, opacity: 1 }, encoding: { color: color(chart) } };
  const here = { transform: [{ filter: "datum.here" }], mark: { type: "point", filled: false, size: 210, strokeWidth: 2, opacity: 1 }, encoding: { color: color(chart) } };
  if (!chart.pointwise) return [points];
  const thin = { ...joined, mark: { ...joined.mark, strokeWidth: 1.2, opacity: .75 } };
  return chart.joined ? [thin, points, here] : [points, here];
}

/** Observed values with their ranges; a triangle where the value is a lower bound. */
function observedMarks(chart) {
  if (!chart.observed.length) return [];
  const { mark, page } = palette(), data = { values: chart.observed };
  const y = { field: "value", type: "quantitative" };
  return [
    { data, mark: { type: "rule", color: mark, strokeWidth: 1.4 }, encoding: { y: { field: "low", type: "quantitative" }, y2: { field: "high" } } },
    { data, mark: { type: "point", filled: true, fill: page, stroke: mark, strokeWidth: 1.6, size: 42, opacity: 1 },
      encoding: { y, shape: { field: "shape", type: "nominal", legend: null, scale: { domain: ["value", "at least"], range: ["circle", "triangle-up"] } } } },
  ];
}

/** When policies are announced (dashed) and start (solid), and where history ends (dotted). */
function events(chart, part) {
  if (chart.pointwise) return [];
  const { mark, soft } = palette(), [first, last] = chart.x.domain;
  const layers = [];
  const within = chart.events.filter(each => each.x > first && each.x < last);
  const rule = (kind, strokeDash) => {
    const values = within.filter(each => each.kind === kind);
    if (values.length) layers.push({ data: { values }, mark: { type: "rule", color: mark, strokeDash, strokeWidth: 1 }, encoding: { y: null } });
  };
  rule("announced", [4, 3]);
  rule("in force", [1, 0]);
  if (HISTORY_ENDS > first && HISTORY_ENDS < last) {
    layers.push({ data: { values: [{ x: HISTORY_ENDS }] }, mark: { type: "rule", color: mark, strokeDash: [1, 3] }, encoding: { y: null } });
  }
  const top = view.panels === "gaps" && chart.gaps.length ? "gaps" : "levels";
  const labels = part === top ? labelled(within) : [];
  for (const align of ["left", "right"]) {
    const values = labels.filter(each => each.align === align);
    if (values.length) {
      layers.push({ data: { values }, mark: { type: "text", align, baseline: "bottom", dx: align === "left" ? 3 : -3, dy: -3, color: soft, fontSize: 11 },
        encoding: { y: { value: 0 }, text: { field: "kind" } } });
    }
  }
  return layers;
}

/** Words at the first announcement and the first start only: the others stand in the list of policies. */
function labelled(within) {
  const first = kind => within.filter(each => each.kind === kind).sort((a, b) => a.x - b.x)[0];
  return [["announced", "right"], ["in force", "left"]].flatMap(([kind, align]) => first(kind) ? [{ ...first(kind), align }] : []);
}

function crosshair(chart, part) {
  if (chart.pointwise) return [];
  const { soft } = palette(), here = [{ filter: "abs(datum.x - at) < .01" }];
  const place = { data: { sequence: { start: 0, stop: 1, as: "none" } }, transform: [{ calculate: "at", as: "x" }] };
  return [
    { ...place, mark: { type: "rule", color: soft, strokeWidth: 1 }, encoding: { y: null } },
    { transform: here, mark: { type: "point", filled: true, size: 54, opacity: 1 }, encoding: { color: color(chart) } },
  ];
}

/** The year, or null, under a place on the screen. */
function yearAt(event, element, years) {
  if (!shown) return null;
  const box = element.getBoundingClientRect();
  const x = shown.scale("concat_0_x").invert(event.clientX - box.left - shown.origin()[0]);
  return years.reduce((best, year) => Math.abs(year + YEAR_END - x) < Math.abs(best + YEAR_END - x) ? year : best, years[0] ?? null);
}
