// A line chart over steps: raw values faint, a smoothed line on top, values on hover; or a stacked area chart. What was measured
// once is shown as a value.
import { make, shape, save, svgSpace } from './elements.js';
import { count, plural } from './format.js';
import { smoothed } from './smoothing.js';
import { Axis, units } from './axis.js';

const large = { width: 400, height: 216, left: 46, right: 390, top: 14, bottom: 190 };
const small = { width: 250, height: 150, left: 42, right: 243, top: 12, bottom: 126 };
const toneCount = 8;
const dashes = [null, '6 3', '2 3', '8 3 2 3'];
// Longer legends are below the drawing and scroll; beside a small drawing, whose lines the page names, there are none.
const shortLegend = 6;
const smallLegend = 4;

const rounded = value => Math.round(value * 10) / 10;

// The class of the line at an index: its colour, and dashes when all colours are used.
export const lineClass = index => `s${index % toneCount + 1}${index >= toneCount ? ' dashed' : ''}`;

// The colour and the dashes of the line at an index, for `chart`.
export const lineLook = index => ({ tone: index % toneCount + 1, dash: Math.floor(index / toneCount) });

// A figure of `{ title, note, unit, word, lines, stacked, isSmall, hasSharedLegend, alarms, smoothing, onStep }`, or null without a
// value; a line is `{ name, tone, dash, steps, values }`. With a shared legend, the page names the lines.
export function chart(content) {
  const lines = content.lines.filter(line => line.values.length)
    .map(line => ({ ...line, points: smoothed(line.steps, line.values, content.smoothing) }));
  if (!lines.length) return null;
  if (lines.every(line => line.points.length === 1)) return valueCard(content, lines);
  const plot = content.isSmall ? small : large;
  const stacked = content.stacked ? stack(lines) : null;
  const up = verticalAxis(content, lines, stacked);
  const across = Axis.steps(
    Math.min(...lines.map(line => line.points[0].step)), Math.max(...lines.map(line => line.points.at(-1).step)));
  const x = step => rounded(plot.left + across.position(step) * (plot.right - plot.left));
  const y = value => rounded(Math.min(plot.bottom, Math.max(plot.top, plot.bottom - up.position(value) * (plot.bottom - plot.top))));
  const unit = units[content.unit];
  const text = value => unit.value(value, up);
  const drawing = shape('svg', {
    viewBox: `0 0 ${plot.width} ${plot.height}`, role: 'img', tabindex: 0, 'aria-label': summary(content.title, lines, text),
  }, marks(plot, across, up, unit, x, y), (content.alarms ?? []).map(alarm => alarmMark(plot, alarm, x, across)));
  if (stacked) drawing.append(...stacked.map(area => areaShape(area, x, y)));
  else drawing.append(...lines.map(line => curve(line, x, y)));
  const peaks = peaksBeyond(up, stacked ? [totals(stacked)] : lines);
  drawing.append(...peaks.map(peak => peakMark(plot, peak, x, text)));
  const note = [content.note, peaks.length ? peaksNote(peaks, text) : ''].filter(Boolean).join(' ');
  const isLong = lines.length > shortLegend && !content.hasSharedLegend;
  const names = legend(lines, text, content);
  const figure = make('figure', { className: content.isSmall ? 'chart small' : 'chart' },
    make('figcaption', {},
      make('div', { className: 'chart-title' }, heading(content),
        make('button', {
          type: 'button', className: 'quiet', title: 'Save the chart as SVG', 'aria-label': `${content.title} as SVG`,
          onclick: () => saveDrawing(figure, content, plot),
        }, 'SVG')),
      note ? make('p', { className: 'note' }, note) : null,
      isLong ? null : names),
    drawing, isLong ? make('div', { className: 'long-legend', tabIndex: 0, role: 'region', 'aria-label': `Legend of ${content.title}` }, names) : null);
  hover(figure, drawing, { plot, lines, x, y, text, content, stacked });
  return figure;
}

const heading = content => make(content.isSmall ? 'h4' : 'h3', {}, content.title,
  content.word ? make('span', { className: 'note' }, `, ${content.word}`) : null);

// What was measured at one step, as values.
function valueCard(content, lines) {
  const axis = Axis.covering(0, Math.max(...lines.map(line => Math.abs(line.values[0]))));
  const text = value => units[content.unit].value(value, axis);
  const steps = new Set(lines.map(line => line.steps[0]));
  const step = number => make('span', { className: 'note' }, `step ${count(number)}`);
  const [only] = lines;
  return make('figure', { className: content.isSmall ? 'chart value small' : 'chart value' },
    make('figcaption', {}, make('div', { className: 'chart-title' }, heading(content)),
      content.note ? make('p', { className: 'note' }, content.note) : null),
    lines.length === 1
      ? make('p', { className: 'figure' }, make('b', {}, text(only.values[0])), step(only.steps[0]))
      : make('ul', { className: 'values' }, lines.map(line => make('li', { className: `s${line.tone}${line.dash ? ' dashed' : ''}` },
        make('span', { className: 'name' }, line.name), make('b', {}, text(line.values[0])), steps.size > 1 ? step(line.steps[0]) : null))),
    lines.length > 1 && steps.size === 1 ? step(only.steps[0]) : null);
}

function verticalAxis(content, lines, stacked) {
  if (stacked) {
    const tops = stacked.at(-1).points.map(point => point.top).sort((a, b) => a - b);
    return Axis.covering(0, tops[Math.floor(tops.length * 0.99)]);
  }
  const values = lines.flatMap(line => line.points.map(point => point.raw)).sort((a, b) => a - b);
  if (['percent', 'fraction'].includes(content.unit) && values[0] >= 0 && values.at(-1) <= 1) return Axis.fraction(values.at(-1));
  // Outliers may leave the plot, so that they do not flatten the rest.
  const cut = Math.floor(values.length / 100);
  const smooth = lines.flatMap(line => line.points.map(point => point.smooth));
  return Axis.covering(Math.min(values[cut], ...smooth), Math.max(values[values.length - 1 - cut], ...smooth));
}

// Stacked areas by step.
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

// Where values leave the axis: the farthest of each row of neighbouring values.
function peaksBeyond(up, lines) {
  const span = up.upper - up.lower;
  const beyond = value => value > up.upper + span * 1e-6 ? value - up.upper : value < up.lower - span * 1e-6 ? value - up.lower : 0;
  return lines.flatMap(line => {
    const peaks = [];
    let last = 0;
    for (const { step, raw } of line.points) {
      const distance = beyond(raw);
      const peak = { step, raw, distance, tone: line.tone };
      if (distance && Math.sign(distance) !== Math.sign(last)) peaks.push(peak);
      else if (distance && Math.abs(distance) > Math.abs(peaks.at(-1).distance)) peaks[peaks.length - 1] = peak;
      last = distance;
    }
    return peaks;
  });
}

function peaksNote(peaks, text) {
  const values = peaks.map(peak => peak.raw);
  const ends = [[1, '▲', Math.max(...values)], [-1, '▼', Math.min(...values)]]
    .filter(([sign]) => peaks.some(peak => Math.sign(peak.distance) === sign)).map(([, mark, value]) => `${mark} ${text(value)}`);
  return `${plural(peaks.length, 'peak')} beyond the axis: ${ends.join(', ')}.`;
}

// A triangle at the edge that a value lies beyond.
function peakMark(plot, { step, raw, distance, tone }, x, text) {
  const [left, top] = [x(step) - 4, distance > 0 ? plot.top - 2 : plot.bottom + 2];
  return shape('g', { class: `peak s${tone}` },
    shape('path', { d: `M${left} ${top}h8l-4 ${distance > 0 ? -6 : 6}z` }), shape('title', {}, `Step ${count(step)}: ${text(raw)}`));
}

// The sums of stacked areas.
const totals = stacked => ({ tone: 8, points: stacked.at(-1).points.map(({ step, top }) => ({ step, raw: top })) });

function marks(plot, across, up, unit, x, y) {
  const base = up.ticks.includes(0) ? 0 : up.lower;
  return shape('g', { class: 'axis' },
    up.ticks.map(tick => [
      shape('line', { x1: plot.left, x2: plot.right, y1: y(tick), y2: y(tick), class: tick === base ? 'base' : null }),
      shape('text', { x: plot.left - 7, y: y(tick) + 3.8, 'text-anchor': 'end' }, unit.mark(tick, up)),
    ]).flat(),
    across.ticks.map(tick => shape('text', { x: x(tick), y: plot.bottom + 17, 'text-anchor': 'middle' }, count(tick))),
    shape('text', { x: 0, y: plot.bottom + 17, class: 'unit' }, 'step'));
}

function alarmMark(plot, alarm, x, across) {
  if (alarm.step < across.lower || alarm.step > across.upper) return null;
  const place = x(alarm.step);
  return shape('g', { class: `alarm ${alarm.action}` },
    shape('line', { x1: place, x2: place, y1: plot.top - 4, y2: plot.bottom }),
    shape('path', { d: `M${place - 4} ${plot.top - 11}h8l-4 7z` }),
    shape('title', {}, `Step ${alarm.step}: ${alarm.message}`));
}

function legend(lines, text, { hasSharedLegend, isSmall }) {
  const tone = line => `s${line.tone}${line.dash ? ' dashed' : ''}`;
  if (hasSharedLegend) {
    if (isSmall && lines.length > smallLegend) return null;
    return make('ul', { className: 'legend' }, lines.map(line => make('li', { className: tone(line), title: line.name },
      make('span', { className: 'value' }, make('b', {}, text(line.points.at(-1).smooth))))));
  }
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

// Shows values at the pointer; the arrow keys move step by step. A click or Enter calls `onStep`.
function hover(figure, drawing, { plot, lines, x, y, text, content, stacked }) {
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
    tip.replaceChildren(make('b', {}, `Step ${count(step)}`));
    for (const line of lines) {
      const point = nearest(line.points, step);
      if (!stacked) cursor.append(shape('circle', { cx: x(point.step), cy: y(point.smooth), r: 4, class: `s${line.tone}` }));
      const exact = at(line, step) ?? point.raw;
      tip.append(make('div', { className: `s${line.tone}` },
        make('span', { className: 'name' }, lines.length > 1 || content.hasSharedLegend ? line.name : ''), make('b', {}, text(point.smooth)),
        text(exact) === text(point.smooth) ? null : make('span', { className: 'note' }, text(exact))));
    }
    for (const alarm of content.alarms ?? []) {
      if (Math.abs(x(alarm.step) - place) < 3) tip.append(make('p', { className: `alarm-note ${alarm.action}` }, alarm.message));
    }
    tip.hidden = false;
    const fraction = place / plot.width;
    tip.style.left = fraction < 0.55 ? `calc(${fraction * 100}% + 12px)` : '';
    tip.style.right = fraction < 0.55 ? '' : `calc(${(1 - fraction) * 100}% + 12px)`;
  };
  const hide = () => {
    tip.hidden = true;
    current = -1;
    cursor.replaceChildren();
  };
  drawing.addEventListener('pointermove', event => {
    const box = drawing.getBoundingClientRect();
    const pointer = (event.clientX - box.left) / box.width * plot.width;
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
    const last = steps.length - 1;
    const next = { ArrowLeft: current < 0 ? last : current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  });
}

const nearest = (points, step) =>
  points.reduce((best, point) => Math.abs(point.step - step) < Math.abs(best.step - step) ? point : best);

const at = (line, step) => {
  const index = line.steps.indexOf(step);
  return index < 0 ? undefined : line.values[index];
};

// Saves the chart as a standalone SVG file with its current colours.
function saveDrawing(figure, { title, lines }, size) {
  const drawing = figure.querySelector('svg');
  const copy = drawing.cloneNode(true);
  copy.querySelector('.cursor').remove();
  keepLook(copy, drawing);
  const page = getComputedStyle(document.documentElement);
  const colour = name => page.getPropertyValue(name).trim();
  const heading = [shape('text', { x: 8, y: 20, 'font-size': 14, 'font-weight': 600, fill: colour('--ink') }, title)];
  let [x, y] = [8, 38];
  for (const item of figure.querySelectorAll('.legend li')) {
    const text = [item.title, ...[...item.children].map(part => part.textContent)].filter(Boolean).join(' ');
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
    xmlns: svgSpace, width: size.width * 2, height: height * 2, viewBox: `0 0 ${size.width} ${height}`,
    'font-family': 'sans-serif',
  },
  shape('rect', { width: size.width, height, fill: colour('--card') }), heading,
  shape('g', { transform: `translate(0 ${top})` }, [...copy.childNodes]));
  const text = new XMLSerializer().serializeToString(whole);
  save(`${title.toLowerCase().replaceAll(/\W+/g, '-')}.svg`, new Blob([text], { type: 'image/svg+xml' }));
}

// Copies computed styles into the copy of a drawing, which has no style sheet.
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
