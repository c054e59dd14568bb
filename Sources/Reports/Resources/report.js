// Draws the curves of a report from the metrics embedded in the page.
import { make } from './elements.js';
import { count } from './format.js';
import { learningCurves } from './learning_curves.js';

const { alarms, ...run } = JSON.parse(document.getElementById('metrics').textContent);
const themes = learningCurves([{ name: '', ...run }], { alarms, smoothing: 0.05 });
const figures = isMore => themes.filter(({ title }) => (title === 'More') === isMore).flatMap(theme => theme.figures);
const grid = figures => make('div', { className: 'grid' }, figures);
const more = figures(true);
document.getElementById('charts').append(
  grid(figures(false)),
  more.length ? make('details', {}, make('summary', {}, `${count(more.length)} more`), grid(more)) : '');
