// Numbers and sentences, as the report writes them.

const NONE = "–";

/** A value in its metric's unit to about three significant digits; shares in per cent. */
function number(value, metric, signed = false) {
  if (value === undefined || Number.isNaN(value)) return NONE;
  const scaled = metric.percent ? value * 100 : value, size = Math.abs(scaled);
  if (size < .00005) return "0";
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= .1 ? 2 : size >= .01 ? 3 : 4;
  const text = size.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${scaled < 0 ? "−" : signed ? "+" : ""}${text}`;
}

function interval(row, metric, signed = false) {
  return Number.isNaN(row.lo) ? "" : `${number(row.lo, metric, signed)} to ${number(row.hi, metric, signed)}`;
}

/** A level with its unit where that is short. */
function withUnit(text, metric, difference = false) {
  if (!metric.percent) return text;
  return difference ? `${text} points` : `${text} %`;
}

const unitOf = metric => metric.unit;
const differenceUnit = metric => metric.percent ? "% points" : metric.unit;
const lower = text => /^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text;

/** Sector and region in words. */
function where(view) {
  const sector = DATA.sectors[view.sector] ?? view.sector, region = DATA.regions[view.region] ?? view.region;
  return view.region ? `${sector}, ${region}` : sector;
}

/** The mark of a difference: whether its interval leaves out zero. */
const mark = row => row.lo > 0 ? "▲" : row.hi < 0 ? "▼" : "·";

/** What the curves show over the years, in sentences: for those who do not see them. */
function describeYears(view, metric, [from, to], drawn) {
  const told = [`${metric.text}, ${where(view)}, ${from === to ? from : `${from} to ${to}`}, in ${unitOf(metric)}.`];
  for (const line of drawn) {
    const rows = line.levels, first = rows[0], last = rows.at(-1);
    if (!rows.length) { told.push(`${line.name}: no values.`); continue; }
    const top = rows.reduce((a, b) => b.mean > a.mean ? b : a), low = rows.reduce((a, b) => b.mean < a.mean ? b : a);
    const course = first === last ? `${number(last.mean, metric)} in ${last.year}`
      : `from ${number(first.mean, metric)} in ${first.year} to ${number(last.mean, metric)} in ${last.year}`;
    const inner = [[top, "highest"], [low, "lowest"]].filter(([row]) => row !== first && row !== last)
      .map(([row, word]) => `${word} ${number(row.mean, metric)} in ${row.year}`);
    const ends = Number.isNaN(last.q05) || last.n < 2 ? "" : `; in ${last.year} nine runs in ten lie between ${number(last.q05, metric)} and ${number(last.q95, metric)}`;
    told.push(`${line.name}: ${[course, ...inner].join(", ")}${ends}.`);
    const gap = line.gaps.at(-1);
    if (gap) told.push(describeGap(line, gap, metric));
  }
  return told.join(" ");
}

function describeGap(line, gap, metric) {
  const resolved = line.gaps.filter(row => row.lo > 0 || row.hi < 0);
  const since = resolved.length ? ` The sign is known in ${resolved.length} of ${line.gaps.length} years, first in ${resolved[0].year}.`
    : " In no year shown is the sign known.";
  const range = interval(gap, metric, true);
  return `Its paired difference in ${gap.year} is ${number(gap.mean, metric, true)} ${differenceUnit(metric)}`
    + `${range ? ` (95 % interval ${range}, positive in ${Math.round(100 * gap.p)} % of ${gap.n} pairs)` : ""}.${since}`;
}

/** What the points of a sweep show in one year. */
function describeAcross(view, metric, factor, rows) {
  const told = [`${metric.text}, ${where(view)}, in ${view.year}, in ${unitOf(metric)}, against ${factor.text}${factor.unit ? ` in ${factor.unit}` : ""}.`];
  for (const name of new Set(rows.map(row => row.series))) {
    const own = rows.filter(row => row.series === name);
    const points = own.map(row => {
      const gap = row.gap ? ` (difference ${number(row.gap.mean, metric, true)}${interval(row.gap, metric, true) ? `, ${interval(row.gap, metric, true)}` : ""})` : "";
      return `${factor.shown[row.level]}: ${number(row.mean, metric)}${gap}`;
    });
    told.push(`${name ? `${name}: ` : ""}${points.slice(0, 40).join("; ")}${points.length > 40 ? `; and ${points.length - 40} more` : ""}.`);
  }
  return told.join(" ");
}
