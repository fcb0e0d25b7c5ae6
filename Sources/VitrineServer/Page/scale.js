// How numbers and dates lie along a slider: evenly or, where most lie near the least, by logarithm.

const steps = 200; // from one end to the other
const shownBars = 20;

// Dates slide as days.
const day = 86_400_000;
const isDate = (value) => typeof value === "string";
const numberOf = (value) => (isDate(value) ? Date.parse(value) / day : value);

const total = (bars) => bars.reduce((sum, { count }) => sum + count, 0);
const isSkewed = (bars) => total(bars.slice(0, bars.length / 10)) > total(bars) * 0.75;

// The greatest of 1, 2, 5, 10, 20, … that is no more than a width.
function round(width) {
  const power = 10 ** Math.floor(Math.log10(width));
  return [5, 2, 1].find((digit) => digit * power <= width) * power;
}

// `chosen` are ends that may lie beyond the histogram's.
export function scaleOf(histogram, chosen) {
  const [first, last] = [histogram[0].from, histogram.at(-1).to];
  const date = isDate(first);
  const least = Math.min(...[first, chosen[0] ?? first].map(numberOf));
  const most = Math.max(...[last, chosen[1] ?? last].map(numberOf));
  // The histogram tells nothing within a bar, so that the scale is nearly even up to its width.
  const width = numberOf(histogram[0].to) - numberOf(first);
  const isEven = date || !isSkewed(histogram);
  const place = isEven ? (number) => number : (number) => Math.log1p((number - least) / width);
  const numberAt = isEven ? (position) => position : (position) => least + width * Math.expm1(position);
  const ends = [place(least), place(most)];
  const step = date ? 1 : (ends[1] - ends[0]) / steps || 1;

  // As round as it can be for each step to have a number of its own.
  function valueAt(position) {
    if (date) return new Date(Math.round(position) * day).toISOString().slice(0, 10);
    const number = numberAt(position);
    const grain = round(numberAt(position + step) - number);
    const rounded = Number((Math.round(number / grain) * grain).toPrecision(12));
    return Math.min(most, Math.max(least, rounded));
  }

  // A bar of the histogram that lies in two of these is shared between them.
  function bars() {
    if (histogram.length === 1) return [{ from: ends[0], to: ends[1], count: histogram[0].count }];
    const parts = histogram.map(({ from, to, count }) => ({ from: numberOf(from), to: numberOf(to), count }));
    const breadth = (ends[1] - ends[0]) / shownBars;
    return Array.from({ length: shownBars }, (_, bar) => {
      const [from, to] = [bar, bar + 1].map((edge) => ends[0] + edge * breadth);
      const [low, high] = [numberAt(from), numberAt(to)];
      const shares = parts.map((part) => ({
        count: part.count * Math.max(0, Math.min(high, part.to) - Math.max(low, part.from)) / (part.to - part.from),
      }));
      return { from, to, count: total(shares) };
    });
  }

  return { ends, step, whole: [first, last], position: (value) => place(numberOf(value)), valueAt, bars };
}
