// The list of answers of an evaluation or a comparison: filters in the URL, cards that are loaded as one scrolls.
import { make } from './elements.js';
import { count, plural, words } from './format.js';

const batchSize = 12;
const { columns, gain, harm, entries } = JSON.parse(document.getElementById('answer-index').textContent);
const hasPair = columns.length === 2;

// What an entry must satisfy, by the value of the filter.
const isRight = (entry, column) => entry.answers[column]?.right;
const verdictFilters = {
  ...Object.fromEntries(columns.flatMap(({ name }, column) => [
    [`wrong-${column}`, { title: `Wrong ${name}`, holds: entry => isRight(entry, column) === false }],
    [`right-${column}`, { title: `Right ${name}`, holds: entry => isRight(entry, column) === true }],
  ])),
  ...hasPair && {
    gain: { title: gain, holds: entry => isRight(entry, 0) === false && isRight(entry, 1) === true },
    harm: { title: harm, holds: entry => isRight(entry, 0) === true && isRight(entry, 1) === false },
  },
  calls: { title: 'With a tool call', holds: entry => entry.answers.some(answer => answer?.calls > 0) },
  unjudged: { title: 'Without a verdict', holds: entry => entry.answers.some(answer => answer && answer.right === null) },
};
const categoryNames = [...new Set(entries.flatMap(entry => Object.keys(entry.categories)))];
const valuesOf = name => [...new Set(entries.flatMap(entry => entry.categories[name] ?? []))]
  .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
const shownCategories = categoryNames.map(name => [name, valuesOf(name)])
  .filter(([, values]) => values.length > 1 && values.length <= 60);

// The cards of a script, loaded once.
const loadedCards = new Map();
function cardsOf(address) {
  if (!loadedCards.has(address)) {
    loadedCards.set(address, new Promise((resolve, reject) => {
      const script = make('script', { src: address });
      script.onload = () => script.cards ? resolve(script.cards) : reject(new Error());
      script.onerror = reject;
      document.head.append(script);
    }));
  }
  return loadedCards.get(address);
}

// The card of an answer; its pictures lie in the folder of its evaluation.
async function cardOf(answer, folder) {
  const missing = text => make('p', { className: 'note' }, text);
  if (!answer) return missing('No answer.');
  const summary = `${answer.right === null ? 'No verdict' : answer.right ? 'Right' : 'Wrong'}: ${answer.text ?? 'no answer'}.`;
  if (!answer.file) return missing(`${summary} Its card was not written; evaluate without --no-pages.`);
  try {
    const template = make('template');
    template.innerHTML = (await cardsOf(folder + answer.file))[answer.index];
    for (const picture of template.content.querySelectorAll('img, image')) {
      const name = picture.localName === 'img' ? 'src' : 'href';
      const address = picture.getAttribute(name);
      if (!address.startsWith('data:')) picture.setAttribute(name, folder + address);
    }
    return template.content;
  } catch {
    return missing(`${summary} Its card is missing: ${folder}${answer.file} cannot be read. Keep the page beside its evaluation's folder.`);
  }
}

function entryElement(entry) {
  const verdict = (answer, name) => make('span', {
    className: `chip ${answer?.right ? 'right' : answer?.right === false ? 'wrong' : ''}`,
  }, `${answer?.right ? '✓' : answer?.right === false ? '✗' : '–'} ${name}`);
  const cells = columns.map(({ name }) => make('section', { className: 'of', 'aria-label': name },
    hasPair ? make('h4', {}, name) : null, make('p', { className: 'note waiting' }, 'Loading …')));
  entry.answers.forEach((answer, column) => cardOf(answer, columns[column].folder)
    .then(card => cells[column].querySelector('.waiting').replaceWith(card)));
  return make('article', { className: 'entry', 'aria-label': entry.id },
    make('p', { className: 'chips' }, entry.answers.map((answer, column) => verdict(answer, columns[column].name)),
      make('span', { className: 'where' }, entry.id,
        ...Object.entries(entry.categories).map(([name, values]) => ` · ${name}: ${values.join(', ')}`))),
    make('div', { className: 'pair' }, cells));
}

// The filters

const choices = () => new URLSearchParams(location.hash.slice(1));

function select(name, title, options) {
  return make('label', {}, title, make('select', { name },
    make('option', { value: '' }, 'all'), options.map(([value, text]) => make('option', { value }, text))));
}

function matching(chosen) {
  const text = (chosen.get('text') ?? '').toLowerCase();
  const verdict = verdictFilters[chosen.get('show')];
  return entries.filter(entry => (!verdict || verdict.holds(entry))
    && shownCategories.every(([name]) => !chosen.get(name) || entry.categories[name]?.includes(chosen.get(name)))
    && (!text || [entry.id, entry.question, entry.expected, ...entry.answers.map(answer => answer?.text ?? '')]
      .some(part => part.toLowerCase().includes(text))));
}

const numberOf = filter => entries.filter(filter.holds).length;
const answerFilters = make('form', { className: 'filters', role: 'search', 'aria-label': 'Filter answers' },
  select('show', 'Show', Object.entries(verdictFilters).filter(([, filter]) => numberOf(filter))
    .map(([value, filter]) => [value, `${filter.title} (${count(numberOf(filter))})`])),
  shownCategories.map(([name, values]) => select(name, words(name), values.map(value => [value, value]))),
  make('label', {}, 'Search', make('input', { name: 'text', type: 'search', placeholder: 'question, answer or id' })));
const answerTotals = make('p', { className: 'note', role: 'status' });
const answerEntries = make('div', { className: 'entries' });
const moreAnswers = make('button', { type: 'button', className: 'more' }, 'Show more');
let shownEntries = [];
let drawnCount = 0;

function drawMore() {
  const next = shownEntries.slice(drawnCount, drawnCount + batchSize);
  drawnCount += next.length;
  answerEntries.append(...next.map(entryElement));
  moreAnswers.hidden = drawnCount >= shownEntries.length;
}

function drawAnswers() {
  const chosen = choices();
  for (const field of answerFilters.elements) {
    if (field.name && document.activeElement !== field) field.value = chosen.get(field.name) ?? '';
  }
  shownEntries = matching(chosen);
  drawnCount = 0;
  answerEntries.replaceChildren();
  answerTotals.textContent = shownEntries.length === entries.length ? plural(entries.length, 'question')
    : `${count(shownEntries.length)} of ${plural(entries.length, 'question')}`;
  drawMore();
}

answerFilters.addEventListener('input', () => {
  const chosen = new URLSearchParams([...new FormData(answerFilters)].filter(([, value]) => value));
  history.replaceState(null, '', `#${chosen}`);
  drawAnswers();
});
answerFilters.addEventListener('submit', event => event.preventDefault());
addEventListener('hashchange', () => {
  drawAnswers();
  if (choices().has('show')) document.getElementById('answers').scrollIntoView();
});
moreAnswers.addEventListener('click', drawMore);
// Cards are loaded two screens ahead.
new IntersectionObserver(([edge]) => edge.isIntersecting && drawMore(), { rootMargin: '200%' }).observe(moreAnswers);
document.getElementById('answer-list').append(answerFilters, answerTotals, answerEntries, moreAnswers);
document.getElementById('answer-links')?.append(...Object.entries(verdictFilters)
  .filter(([value, filter]) => numberOf(filter) && /^(wrong|gain|harm)/.test(value))
  .map(([value, filter]) => make('a', { href: `#show=${value}` }, `${filter.title} (${count(numberOf(filter))})`)));
drawAnswers();
