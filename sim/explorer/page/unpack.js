// The numbers of a folder, unpacked when a metric is first asked for: the inverse of `packed.py`.

const DATA = JSON.parse(document.getElementById("data").textContent);
const LEVELS = ["mean", "half", "below", "above", "n"], GAPS = ["difference", "half", "p", "n"];
const unpacked = new Map();

/** A metric's block: cells, years, and values by name of number: levels[name] and gaps[name], [curve or pair][cell][year]. */
async function blockOf(metric) {
  if (!unpacked.has(metric)) {
    const told = DATA.blocks[metric];
    unpacked.set(metric, { cells: told.cells, years: told.years, ...unfold(await inflate(told.numbers), told) });
  }
  return unpacked.get(metric);
}

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), each => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function unfold(bytes, told) {
  const cells = told.cells.length, years = told.years.length, row = cells * years;
  const curves = DATA.curves.length, pairs = DATA.references.length;
  const count = (LEVELS.length * curves + GAPS.length * pairs) * row;
  const step = place => {
    const folded = bytes[place] | bytes[count + place] << 8 | bytes[2 * count + place] << 16 | bytes[3 * count + place] << 24;
    return folded >>> 1 ^ -(folded & 1);
  };
  let place = 0;
  const part = (many, unit) => {
    const first = new Int32Array(row), values = [];
    for (let curve = 0; curve < many; curve++) {
      values.push(told.cells.map((_, cell) => {
        const own = new Float64Array(years);
        for (let year = 0, sum = 0; year < years; year++, place++) {
          sum += step(place);
          const at = cell * years + year, whole = curve ? sum + first[at] : first[at] = sum;
          own[year] = bytes[4 * count + place] ? whole * unit(cell) : NaN;
        }
        return own;
      }));
    }
    return values;
  };
  const [ofLevel, ofGap] = told.units;
  const units = { n: () => 1, p: () => .001 };
  const gather = (names, many, usual) =>
    Object.fromEntries(names.map(name => [name, part(many, units[name] ?? (cell => usual[cell]))]));
  const levels = gather(LEVELS, curves, ofLevel);
  return { levels, gaps: gather(GAPS, pairs, ofGap) };
}

/** What a block says of a curve in a cell: a row per year that has a value. */
function levelRows(block, curve, cell) {
  const { mean, half, below, above, n } = block.levels;
  return block.years.flatMap((year, at) => {
    const middle = mean[curve][cell][at], width = half[curve][cell][at];
    if (Number.isNaN(middle)) return [];
    return [{ year, mean: middle, lo: middle - width, hi: middle + width, q05: middle - below[curve][cell][at],
      q95: middle + above[curve][cell][at], n: n[curve][cell][at] }];
  });
}

/** What a block says of a pair in a cell, as `levelRows`. */
function gapRows(block, pair, cell) {
  if (pair < 0) return [];
  const { difference, half, p, n } = block.gaps;
  return block.years.flatMap((year, at) => {
    const middle = difference[pair][cell][at], width = half[pair][cell][at];
    if (Number.isNaN(middle)) return [];
    return [{ year, mean: middle, lo: middle - width, hi: middle + width, p: p[pair][cell][at], n: n[pair][cell][at] }];
  });
}
