// Lines over steps: every value faint, a smoothed line above, values on hover; or areas on top of each other.
import { make, shape, save } from './document.js';
import * as format from './format.js';

const size = { width: 400, height: 216 };
const plot = { left: 46, right: 390, top: 14, bottom: 190 };
const pointCount = 400;
const dashes = [null, '6 3', '2 3', '8 3 2 3'];

// Axes

const roundStep = width => {
  const power = 10 ** Math.floor(Math.log10(Math.max(width, 1e-12)));
  return ([1, 2, 2.5, 5].find(factor => factor * power >= width * 0.999999) ?? 10) * power;
};

class Axis {
  constructor(ticks, lower = ticks[0], upper = ticks.at(-1)) {
    Object.assign(this, { ticks, lower, upper });
  }

  // About four marks over the values; from zero where the values come near it.
  static covering(low, high) {
    const start = low >= 0 && low < 0.6 * high ? 0 : low;
    const step = roundStep(Math.max(high - start, Math.abs(high) * 1e-3, 1e-12) / 4);
    const first = Math.floor(start / step + 1e-9);
    const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
    return new Axis(Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step));
  }

  static share(high) {
    if (high <= 0.08) return Axis.covering(0, Math.max(high, 0.02));
    if (high <= 0.3) return new Axis([0, 0.1, 0.2, 0.3]);
    if (high <= 0.6) return new Axis([0, 0.2, 0.4, 0.6]);
    return new Axis([0, 0.25, 0.5, 0.75, 1]);
  }

  static steps(lower, upper) {
    const step = Math.max(1, Math.round(roundStep((upper - lower) / 4)));
    const ticks = [];
    for (let tick = Math.ceil(lower / step) * step; tick <= upper; tick += step) ticks.push(tick);
    return new Axis(ticks, lower, Math.max(upper, lower + 1));
  }

  position(value) {
    return (value - this.lower) / (this.upper - this.lower);
  }

  text(value, finer) {
    const step = this.ticks.length > 1 ? Math.abs(this.ticks[1] - this.ticks[0]) : 1;
    if (Math.max(Math.abs(this.lower), Math.abs(this.upper)) >= 1000) return format.shortCount(value);
    if (step < 1e-4) return format.number(value);
    const digits = [0, 1, 2, 3, 4, 5].find(count => Math.abs(step * 10 ** count - Math.round(step * 10 ** count)) < 1e-6) ?? 5;
    return format.decimal(value, Math.min(5, digits + (step >= 10 ? Math.max(0, finer - 1) : finer)));
  }
}

const units = {
  percent: {
    value: (value, axis) => format.percent(value, axis.upper < 0.2 || Math.abs(value) < 0.0995 ? 1 : 0),
    mark: (value, axis) => format.percent(value, axis.upper < 0.1 ? 1 : 0),
  },
  share: { value: value => format.decimal(value), mark: value => String(value) },
  number: { value: (value, axis) => axis.text(value, 2), mark: (value, axis) => axis.text(value, 0) },
  seconds: { value: format.seconds, mark: value => `${Number(value.toPrecision(3))} s` },
  bytes: { value: format.bytes, mark: format.bytes },
};

// Lines

// Straight lines fitted around each point under a bell-shaped weight, as reports smooth; `share` of the length is the
// deviation of the bell. Only `pointCount` points are kept, since a screen has no more.
function smoothed(steps, values, share) {
  const every = Math.ceil(values.length / pointCount);
  const kept = [];
  for (let index = (values.length - 1) % every; index < values.length; index += every) kept.push(index);
  const deviation = values.length * share;
  const points = kept.map(index => ({ step: steps[index], raw: values[index], smooth: values[index] }));
  if (deviation < 0.5) return points;
  const reach = Math.ceil(3 * deviation);
  const stride = Math.max(1, Math.floor(reach / 120));
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  kept.forEach((centre, place) => {
    let weights = 0, offsets = 0, squares = 0, sum = 0, slope = 0;
    for (let offset = -Math.floor(reach / stride) * stride; offset <= reach; offset += stride) {
      const value = values[centre + offset];
      if (value === undefined) continue;
      const weight = Math.exp(-offset * offset / (2 * deviation * deviation));
      weights += weight;
      offsets += weight * offset;
      squares += weight * offset * offset;
      sum += weight * value;
      slope += weight * offset * value;
    }
    const spread = weights * squares - offsets * offsets;
    const fitted = spread > 0 ? (squares * sum - offsets * slope) / spread : sum / weights;
    points[place].smooth = Math.min(high, Math.max(low, fitted));
  });
  return points;
}

const rounded = value => Math.round(value * 10) / 10;

// A figure of `{ title, note, unit, word, lines, stacked, alarms, smoothing, onStep }`; a line is
// `{ name, tone, dash, steps, values }`.
export function chart(content) {
  const lines = content.lines.filter(line => line.values.length)
    .map(line => ({ ...line, points: smoothed(line.steps, line.values, content.smoothing) }));
  if (!lines.length) return null;
  const stacked = content.stacked ? stack(lines.filter(line => !line.dash)) : null;
  const up = verticalAxis(content, lines, stacked);
  const across = Axis.steps(
    Math.min(...lines.map(line => line.points[0].step)), Math.max(...lines.map(line => line.points.at(-1).step)));
  const x = step => rounded(plot.left + across.position(step) * (plot.right - plot.left));
  const y = value => rounded(Math.min(220, Math.max(-10, plot.bottom - up.position(value) * (plot.bottom - plot.top))));
  const unit = units[content.unit];
  const text = value => unit.value(value, up);
  const drawing = shape('svg', {
    viewBox: `0 0 ${size.width} ${size.height}`, role: 'img', tabindex: 0, 'aria-label': summary(content.title, lines, text),
  }, marks(across, up, unit, x, y), (content.alarms ?? []).map(alarm => alarmMark(alarm, x, across)));
  if (stacked) drawing.append(...stacked.map(area => areaShape(area, x, y)));
  for (const line of lines) {
    if (!stacked || line.dash) drawing.append(curve(line, x, y));
  }
  const figure = make('figure', { className: 'chart' },
    make('figcaption', {},
      make('div', { className: 'chart-title' },
        make('h3', {}, content.title, content.word ? make('span', { className: 'note' }, `, ${content.word}`) : null),
        make('button', {
          type: 'button', className: 'quiet', title: 'Keep the drawing as SVG', 'aria-label': `${content.title} as SVG`,
          onclick: () => saveDrawing(figure, content.title),
        }, 'SVG')),
      make('p', { className: 'note' }, content.note),
      legend(lines, text)),
    drawing);
  hover(figure, drawing, { lines, x, y, text, content, stacked });
  return figure;
}

function verticalAxis(content, lines, stacked) {
  if (stacked) {
    const tops = stacked.at(-1).points.map(point => point.top).sort((a, b) => a - b);
    return Axis.covering(0, Math.max(tops[Math.floor(tops.length * 0.99)], ...lines.filter(line => line.dash)
      .flatMap(line => line.points.map(point => point.smooth))));
  }
  const values = lines.flatMap(line => line.points.map(point => point.raw)).sort((a, b) => a - b);
  if (['percent', 'share'].includes(content.unit) && values[0] >= 0 && values.at(-1) <= 1) return Axis.share(values.at(-1));
  // A few far outliers leave the drawing rather than flatten it.
  const cut = Math.floor(values.length / 100);
  const smooth = lines.flatMap(line => line.points.map(point => point.smooth));
  return Axis.covering(Math.min(values[cut], ...smooth), Math.max(values[values.length - 1 - cut], ...smooth));
}

// Areas on top of each other, by step.
function stack(lines) {
  const tops = new Map();
  return lines.map(line => ({
    tone: line.tone,
    points: line.points.map(point => {
      const bottom = tops.get(point.step) ?? 0;
      tops.set(point.step, bottom + point.smooth);
      return { step: point.step, bottom, top: bottom + point.smooth };
    }),
  }));
}

function areaShape(area, x, y) {
  const there = area.points.map(point => `${x(point.step)} ${y(point.top)}`);
  const back = area.points.map(point => `${x(point.step)} ${y(point.bottom)}`).reverse();
  return shape('path', { class: `area s${area.tone}`, d: `M${there.join('L')}L${back.join('L')}Z` });
}

function curve(line, x, y) {
  const path = key => `M${line.points.map(point => `${x(point.step)} ${y(point[key])}`).join('L')}`;
  const last = line.points.at(-1);
  const dash = { 'stroke-dasharray': dashes[(line.dash ?? 0) % dashes.length] };
  return shape('g', { class: `s${line.tone}` },
    line.points.length > 2 ? shape('path', { class: 'every', d: path('raw') }) : null,
    line.points.length > 1 ? shape('path', { class: 'smooth', d: path('smooth'), ...dash }) : null,
    shape('circle', { cx: x(last.step), cy: y(last.smooth), r: 3.5 }));
}

function marks(across, up, unit, x, y) {
  const base = up.ticks.includes(0) ? 0 : up.lower;
  return shape('g', { class: 'axis' },
    up.ticks.map(tick => [
      shape('line', { x1: plot.left, x2: plot.right, y1: y(tick), y2: y(tick), class: tick === base ? 'base' : null }),
      shape('text', { x: plot.left - 7, y: y(tick) + 3.8, 'text-anchor': 'end' }, unit.mark(tick, up)),
    ]).flat(),
    across.ticks.map(tick => shape('text', { x: x(tick), y: plot.bottom + 17, 'text-anchor': 'middle' }, format.count(tick))),
    shape('text', { x: 0, y: plot.bottom + 17, class: 'unit' }, 'step'));
}

function alarmMark(alarm, x, across) {
  if (alarm.step < across.lower || alarm.step > across.upper) return null;
  const place = x(alarm.step);
  return shape('g', { class: `alarm ${alarm.action}` },
    shape('line', { x1: place, x2: place, y1: plot.top - 4, y2: plot.bottom }),
    shape('path', { d: `M${place - 4} ${plot.top - 11}h8l-4 7z` }),
    shape('title', {}, `Step ${alarm.step}: ${alarm.message}`));
}

function legend(lines, text) {
  const tone = line => `s${line.tone}${line.dash ? ' dashed' : ''}`;
  return make('ul', { className: 'legend' }, lines.map(line => make('li', { className: tone(line) },
    lines.length > 1 ? make('span', { className: 'name' }, line.name) : null,
    make('span', { className: 'value' },
      line.points.length > 1 ? `${text(line.points[0].smooth)} → ` : '', make('b', {}, text(line.points.at(-1).smooth))))));
}

function summary(title, lines, text) {
  const parts = lines.map(line => `${lines.length > 1 ? `${line.name}: ` : ''}${text(line.points[0].smooth)} at step `
    + `${line.points[0].step}, ${text(line.points.at(-1).smooth)} at step ${line.points.at(-1).step}`);
  return `Line chart of ${title} by step. ${parts.join('; ')}.`;
}

// Values under the pointer, or step by step with the arrow keys; a click or Enter goes to the trajectories of the step.
function hover(figure, drawing, { lines, x, y, text, content, stacked }) {
  const cursor = drawing.appendChild(shape('g', { class: 'cursor' }));
  const tip = make('div', { className: 'tip', hidden: true });
  figure.append(tip);
  const steps = [...new Set(lines.flatMap(line => line.points.map(point => point.step)))].sort((a, b) => a - b);
  let current = -1;
  const show = index => {
    current = Math.max(0, Math.min(steps.length - 1, index));
    const step = steps[current];
    const place = x(step);
    cursor.replaceChildren(shape('line', { x1: place, x2: place, y1: plot.top, y2: plot.bottom }));
    tip.replaceChildren(make('b', {}, `Step ${format.count(step)}`));
    for (const line of lines) {
      const point = nearest(line.points, step);
      if (!stacked || line.dash) {
        cursor.append(shape('circle', { cx: x(point.step), cy: y(point.smooth), r: 4, class: `s${line.tone}` }));
      }
      const exact = at(line, step) ?? point.raw;
      tip.append(make('div', { className: `s${line.tone}` },
        make('span', { className: 'name' }, lines.length > 1 ? line.name : ''), make('b', {}, text(point.smooth)),
        text(exact) === text(point.smooth) ? null : make('span', { className: 'note' }, text(exact))));
    }
    for (const alarm of content.alarms ?? []) {
      if (Math.abs(x(alarm.step) - place) < 3) tip.append(make('p', { className: `alarm-note ${alarm.action}` }, alarm.message));
    }
    tip.hidden = false;
    const share = place / size.width;
    tip.style.left = share < 0.55 ? `calc(${share * 100}% + 12px)` : '';
    tip.style.right = share < 0.55 ? '' : `calc(${(1 - share) * 100}% + 12px)`;
  };
  const hide = () => {
    tip.hidden = true;
    current = -1;
    cursor.replaceChildren();
  };
  drawing.addEventListener('pointermove', event => {
    const box = drawing.getBoundingClientRect();
    const pointer = (event.clientX - box.left) / box.width * size.width;
    let best = 0;
    steps.forEach((step, index) => {
      if (Math.abs(x(step) - pointer) < Math.abs(x(steps[best]) - pointer)) best = index;
    });
    show(best);
  });
  drawing.addEventListener('pointerleave', hide);
  drawing.addEventListener('blur', hide);
  drawing.addEventListener('click', () => current >= 0 && content.onStep?.(steps[current]));
  drawing.addEventListener('keydown', event => {
    if (event.key === 'Enter' && current >= 0) return content.onStep?.(steps[current]);
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    show(current < 0 && move < 0 ? steps.length - 1 : current + move);
  });
}

const nearest = (points, step) =>
  points.reduce((best, point) => Math.abs(point.step - step) < Math.abs(best.step - step) ? point : best);

const at = (line, step) => {
  const index = line.steps.indexOf(step);
  return index < 0 ? undefined : line.values[index];
};

// A drawing of its own, with the colours that it has on the page.
function saveDrawing(figure, title) {
  const drawing = figure.querySelector('svg');
  const copy = drawing.cloneNode(true);
  copy.querySelector('.cursor').remove();
  keepLook(copy, drawing);
  const page = getComputedStyle(document.documentElement);
  const colour = name => page.getPropertyValue(name).trim();
  const heading = [shape('text', { x: 8, y: 20, 'font-size': 14, 'font-weight': 600, fill: colour('--ink') }, title)];
  let [x, y] = [8, 38];
  for (const item of figure.querySelectorAll('.legend li')) {
    const text = [...item.children].map(part => part.textContent).join(' ');
    const width = 30 + text.length * 5.6;
    if (x > 8 && x + width > size.width) [x, y] = [8, y + 15];
    heading.push(
      shape('rect', { x, y: y - 5, width: 12, height: 3, fill: getComputedStyle(item).getPropertyValue('--tone').trim() }),
      shape('text', { x: x + 16, y, 'font-size': 11, fill: colour('--soft') }, text));
    x += width;
  }
  const top = y + 10;
  const height = size.height + top;
  const whole = shape('svg', {
    xmlns: 'http://www.w3.org/2000/svg', width: size.width * 2, height: height * 2, viewBox: `0 0 ${size.width} ${height}`,
    'font-family': 'sans-serif',
  },
  shape('rect', { width: size.width, height, fill: colour('--card') }), heading,
  shape('g', { transform: `translate(0 ${top})` }, [...copy.childNodes]));
  const text = new XMLSerializer().serializeToString(whole);
  save(`${title.toLowerCase().replaceAll(/\W+/g, '-')}.svg`, new Blob([text], { type: 'image/svg+xml' }));
}

// Writes the colours and lines of a drawing on the page into its copy, which has no style sheet.
function keepLook(copy, drawing) {
  const names = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'opacity', 'fill-opacity',
    'font-family', 'font-size'];
  const originals = [...drawing.querySelectorAll('*')].filter(element => !element.closest('.cursor'));
  [...copy.querySelectorAll('*')].forEach((element, index) => {
    const style = getComputedStyle(originals[index]);
    for (const name of names) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute('class');
  });
}
