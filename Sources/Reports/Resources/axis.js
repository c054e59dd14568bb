// The range of a chart's axis, its ticks, and the labels of the ticks.
import { bytes, decimal, number, percent, seconds, shortCount } from './format.js';

const roundStep = width => {
  const power = 10 ** Math.floor(Math.log10(Math.max(width, 1e-12)));
  return ([1, 2, 2.5, 5].find(factor => factor * power >= width * 0.999999) ?? 10) * power;
};

// Numbers below this are rounding errors of zero.
const negligible = 1e-9;

export class Axis {
  constructor(ticks, lower = ticks[0], upper = ticks.at(-1)) {
    Object.assign(this, { ticks, lower, upper });
  }

  // About four ticks over the values. Starts at zero if the values come close to it or are all equal. Rounding errors are no
  // differences: values that are zero but for them get an axis from 0 to 1.
  static covering(lowest, highest) {
    const size = Math.max(Math.abs(lowest), Math.abs(highest));
    const noise = Math.max(negligible, size * 1e-6);
    const [low, high] = [highest - lowest < noise ? highest : lowest, highest].map(value => Math.abs(value) < noise ? 0 : value);
    if (low === high) return low === 0 ? new Axis([0, 1]) : Axis.covering(Math.min(0, low), Math.max(0, high));
    const start = low >= 0 && low < 0.6 * high ? 0 : low;
    const step = roundStep(Math.max(high - start, size * 1e-3) / 4);
    const first = Math.floor(start / step + 1e-9);
    const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
    return new Axis(Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step));
  }

  // From 0 to 1, or to the smallest tick that covers all values.
  static fraction(high) {
    if (high <= 0.08) return Axis.covering(0, Math.max(high, 0.02));
    if (high <= 0.3) return new Axis([0, 0.1, 0.2, 0.3]);
    if (high <= 0.6) return new Axis([0, 0.2, 0.4, 0.6]);
    return new Axis([0, 0.25, 0.5, 0.75, 1]);
  }

  // Integers; the range is exactly that of the values.
  static steps(lower, upper) {
    const step = Math.max(1, Math.round(roundStep((upper - lower) / 4)));
    const ticks = [];
    for (let tick = Math.ceil(lower / step) * step; tick <= upper; tick += step) ticks.push(tick);
    return new Axis(ticks, lower, Math.max(upper, lower + 1));
  }

  // The position of a value as a fraction of the axis.
  position(value) {
    return (value - this.lower) / (this.upper - this.lower);
  }

  // A value with as many decimals as the tick interval needs, plus `finer`.
  text(value, finer) {
    const step = this.ticks.length > 1 ? Math.abs(this.ticks[1] - this.ticks[0]) : 1;
    if (Math.max(Math.abs(this.lower), Math.abs(this.upper)) >= 1000) return shortCount(value);
    if (step < 1e-4) return number(value);
    const isWhole = digits => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6;
    const digits = [0, 1, 2, 3, 4, 5].find(isWhole) ?? 5;
    return decimal(value, Math.min(5, digits + (step >= 10 ? Math.max(0, finer - 1) : finer)));
  }
}

// The formats of a unit: for values, and for tick labels.
export const units = {
  percent: {
    value: (value, axis) => percent(value, axis.upper < 0.2 || Math.abs(value) < 0.0995 ? 1 : 0),
    mark: (value, axis) => percent(value, axis.upper < 0.1 ? 1 : 0),
  },
  fraction: { value: value => decimal(value), mark: value => String(value) },
  number: { value: (value, axis) => axis.text(value, 2), mark: (value, axis) => axis.text(value, 0) },
  seconds: { value: seconds, mark: value => `${Number(value.toPrecision(3))} s` },
  bytes: { value: bytes, mark: bytes },
};
