// One trajectory: the photo with its boxes, the images the model saw, its completion token by token, and its reward.
import { make } from '../elements.js';
import * as format from '../format.js';
import { choices } from './document.js';
import { state, go, address, api } from './state.js';
import { photo, photos, view, tone } from './picture.js';
import { savePicture } from './exports.js';

const shadings = [['probability', 'Log-probability'], ['advantage', 'Advantage'], ['none', 'None']];
const shading = () => shadings.map(([name]) => name).find(name => name === state().values.get('shade')) ?? 'probability';

const shadeBy = name => go({ shade: name === shadings[0][0] ? null : name }, { replaces: true });

export function nextShading() {
  const names = shadings.map(([name]) => name);
  shadeBy(names[(names.indexOf(shading()) + 1) % names.length]);
}

export function chips(trajectory) {
  return make('p', { className: 'chips' },
    trajectory.is_unjudged ? make('span', { className: 'chip' }, 'No verdict')
      : trajectory.is_correct ? make('span', { className: 'chip right' }, '✓ Right')
        : make('span', { className: 'chip wrong' }, '✗ Wrong'),
    trajectory.has_format_error ? make('span', { className: 'chip wrong' }, 'Format error') : null,
    make('span', { className: 'chip' }, trajectory.kind),
    (trajectory.patterns ?? []).map(({ name, meaning }) => make('span', { className: 'chip', title: meaning }, name)),
    trajectory.finish === 'answered' ? null : make('span', { className: 'chip' }, trajectory.finish),
    make('span', { className: 'where' }, position(trajectory)));
}

const position = trajectory => trajectory.origin === 'training'
  ? `step ${trajectory.step} · prompt ${trajectory.group} · sample ${trajectory.sample}`
  : `${trajectory.origin} · step ${trajectory.step} · prompt ${trajectory.group}`
    + (trajectory.sample ? ` · sample ${trajectory.sample}` : '');

export function article(trajectory) {
  return make('article', { className: 'trajectory' },
    make('header', {}, chips(trajectory), make('h2', { dir: 'auto' }, trajectory.question)),
    make('div', { className: 'tools' },
      choices('Shade tokens by', shadings, shading(), shadeBy),
      make('span', { className: 'spread' }),
      make('a', { href: api(`trajectory.html?at=${encodeURI(trajectory.at)}`), download: '' }, 'HTML'),
      make('button', { type: 'button', className: 'quiet', onclick: () => savePicture(trajectory) }, 'PNG')),
    make('div', { className: 'sides' },
      make('div', { className: 'look' }, scenes(trajectory), outcome(trajectory)),
      make('div', { className: 'text' }, turns(trajectory), prompt(trajectory))));
}

function scenes(trajectory) {
  return trajectory.images.map((_, index) => {
    const caption = [
      trajectory.images.length > 1 ? `Image ${index + 1}.` : '',
      index === 0 && trajectory.ground_truth.length
        ? `Dashed: ground truth.${trajectory.calls.length ? ' Numbered: boxes of the tool calls.' : ''}` : '',
    ].filter(Boolean).join(' ');
    return make('figure', {}, photo(trajectory, index), caption ? make('figcaption', { className: 'note' }, caption) : null);
  });
}

export function outcome(trajectory) {
  return make('div', { className: 'outcome' },
    make('dl', {},
      trajectory.expected ? make('div', {}, make('dt', {}, 'Expected'), make('dd', { dir: 'auto' }, trajectory.expected)) : null,
      make('div', { className: trajectory.is_unjudged ? '' : trajectory.is_correct ? 'right' : 'wrong' },
        make('dt', {}, 'Answer'), make('dd', { dir: 'auto' }, trajectory.answer ?? 'none'))),
    reward(trajectory));
}

function reward(trajectory) {
  const sum = value => (value < 0 ? '−' : '') + format.decimal(Math.abs(value));
  return make('p', { className: 'reward' },
    trajectory.rewards.flatMap(({ name, value }, index) => [
      make('span', { className: value === 0 ? 'zero' : '' },
        index === 0 ? (value < 0 ? '−' : '') : value < 0 ? '− ' : '+ ',
        make('b', {}, format.decimal(Math.abs(value))), ` ${name}`),
      ' ',
    ]),
    make('span', { className: 'sum' }, '= ', make('b', {}, sum(trajectory.reward)), ' reward,'), ' ',
    make('span', { className: 'zero' }, `advantage ${format.signed(trajectory.advantage)}`));
}

// Turns: the images and tool replies the model saw, and its completion

export function turns(trajectory) {
  const list = make('ol', { className: 'turns' });
  let seen = [];
  trajectory.segments.forEach((segment, index) => {
    if (segment.kind !== 'completion') return seen.push(index);
    list.append(turn(trajectory, seen, index));
    seen = [];
  });
  if (seen.length) list.append(turn(trajectory, seen, null));
  return list;
}

function turn(trajectory, seen, completion) {
  return make('li', {},
    make('div', { className: 'seen' }, seen.flatMap(index => shown(trajectory, index))),
    make('div', { className: 'written' }, completion === null
      ? make('p', { className: 'note' }, `The trajectory ended here: ${trajectory.finish}.`)
      : written(trajectory, completion)));
}

function shown(trajectory, index) {
  const segment = trajectory.segments[index];
  const number = trajectory.calls.findIndex(call => call.segment === index - 1) + 1;
  const text = segment.kind === 'observation' ? reply(trajectory, segment, number) : '';
  return [
    ...segment.views.map(shown => view(trajectory, shown, number)),
    text ? make('p', { className: number ? `reply ${tone(number)}` : 'reply', dir: 'auto' },
      number ? make('span', { className: 'number' }, number) : null, text) : null,
  ];
}

// The text of a tool's reply: its error, or the content of its tags.
function reply(trajectory, segment, number) {
  const error = number ? trajectory.calls[number - 1].error : null;
  return error ?? (segment.text.split('<tool_response>')[1] ?? '').split('</tool_response>')[0]
    .replace(/<\|\w+\|>/g, '').trim();
}

// Text token by token

const tags = /<\/?(think|tool_call|answer)>|<\|\w+\|>/g;
const blockNames = { think: 'thought', tool_call: 'call', answer: 'answer' };

// Blocks of text from an opening to a closing tag, tags included.
function blocks(text) {
  const found = [];
  let start = 0, name = 'plain';
  const end = (place, next) => {
    if (text.slice(start, place).trim()) found.push({ name, start, end: place });
    start = place;
    name = next;
  };
  for (const match of text.matchAll(tags)) {
    const isClosing = match[0].startsWith('</');
    if (isClosing) end(match.index + match[0].length, 'plain');
    else if (match[1]) end(match.index, blockNames[match[1]]);
  }
  end(text.length, 'plain');
  return found;
}

export function written(trajectory, index) {
  const segment = trajectory.segments[index];
  const number = trajectory.calls.findIndex(call => call.segment === index) + 1;
  const pieces = segment.pieces ?? [segment.text];
  const text = pieces.join('');
  const cuts = [...text.matchAll(tags)].flatMap(match => [match.index, match.index + match[0].length]);
  return blocks(text).map(block => {
    const element = make('div', { className: `${block.name} ${block.name === 'call' && number ? tone(number) : ''}`, dir: 'auto' });
    if (block.name === 'call' && number) element.append(make('span', { className: 'number' }, number));
    const words = element.appendChild(make('p', { className: 'tokens' }));
    let place = 0;
    pieces.forEach((piece, token) => {
      const [start, stop] = [Math.max(place, block.start), Math.min(place + piece.length, block.end)];
      const ends = cuts.filter(cut => cut > start && cut < stop);
      if (start < stop) {
        [start, ...ends].forEach((from, part) => {
          const to = ends[part] ?? stop;
          words.append(tokenSpan(trajectory, segment, token, text.slice(from, to), isTag(text, cuts, from)));
        });
      }
      place += piece.length;
    });
    trim(words);
    return element;
  });
}

const isTag = (text, cuts, place) => cuts.some((cut, index) => index % 2 === 0 && cut <= place && place < cuts[index + 1]);

// White space around a block is not shown.
function trim(words) {
  while (words.firstChild && !words.firstChild.textContent.trim()) words.firstChild.remove();
  while (words.lastChild && !words.lastChild.textContent.trim()) words.lastChild.remove();
}

function tokenSpan(trajectory, segment, token, text, isTag) {
  if (!segment.pieces) return make('span', { className: isTag ? 'tag' : '' }, text);
  const probability = Math.exp(Number(segment.log_probabilities[token]));
  const known = Number.isFinite(probability);
  const number = segment.tokens[token];
  return make('span', {
    className: `token ${isTag ? 'tag' : ''} ${shade(trajectory, known ? probability : 1)}`,
    title: known ? `probability ${format.percent(probability, 1)}, log-probability ${format.decimal(Math.log(probability), 3)}, `
      + `token ${number}` : `token ${number}`,
  }, text);
}

// The class for a token's background colour: by the token's probability, or by the trajectory's advantage.
function shade(trajectory, probability) {
  switch (shading()) {
  case 'probability': return `p${[0.95, 0.8, 0.6, 0.35, 0.15, 0.05].filter(bound => probability < bound).length}`;
  case 'advantage': {
    const strength = Math.min(6, Math.ceil(Math.abs(trajectory.advantage) * 3));
    return strength ? `${trajectory.advantage > 0 ? 'g' : 'w'}${strength}` : '';
  }
  default: return '';
  }
}

// `<|image_pad|>` sixteen times becomes `<|image_pad|>×16`.
const counted = text => text.replace(/(<\|\w+\|>)\1+/g, (all, token) => `${token}×${all.length / token.length}`);

function prompt(trajectory) {
  const segments = trajectory.segments.filter(segment => segment.kind !== 'completion');
  return make('details', { className: 'prompt' },
    make('summary', {}, 'Model input as tokens'),
    segments.map(segment => make('div', { className: `raw ${segment.kind}` },
      make('p', { className: 'note' }, `${format.words(segment.kind)} · ${format.plural(segment.tokens.length, 'token')}`),
      make('pre', { dir: 'auto' }, counted(segment.text)))));
}

// One sample in the group view.
export function card(trajectory) {
  return make('article', { className: 'trajectory sample' },
    make('header', {},
      make('p', { className: 'chips' },
        make('a', { href: address({ at: trajectory.at, show: null }) }, `Sample ${trajectory.sample}`),
        trajectory.is_correct ? make('span', { className: 'chip right' }, `✓ ${trajectory.answer ?? ''}`)
          : make('span', { className: 'chip wrong' }, `✗ ${trajectory.answer ?? 'no answer'}`),
        make('span', { className: 'where' }, `reward ${format.decimal(trajectory.reward)}, advantage `
          + format.signed(trajectory.advantage)))),
    photos(trajectory, { side: 640 }), turns(trajectory));
}
