// The playground: photos, questions and follow-up questions, answered by one model or by two side by side.
import { make, save } from './elements.js';
import { enlargePictures } from './enlarge.js';
import { Answer, modelTitle } from './playground_answer.js';
import { asPage, forgetConversations, keepConversation, pastConversations } from './playground_history.js';
import { openPhoto, photoFigure } from './playground_photos.js';

const page = Object.fromEntries([...document.querySelectorAll('[id]')].map(element => [element.id, element]));
let conversation = null; // { id, photos, turns: [{ question, photoCount, expected, answers }], scene }
let answers = []; // the `Answer`s of the conversation that are shown, all of them
let shownAnswer = null; // the answer whose boxes are drawn
let adds = false; // whether the next files are added to the conversation
let running = null; // AbortController of the running requests
let offered = {};

function say(text, isProblem = false) {
  page.status.textContent = text;
  page.status.classList.toggle('problem', isProblem);
}

// The conversation

function begin() {
  running?.abort();
  conversation = { id: Date.now(), photos: [], turns: [], scene: null, expected: null };
  answers = [];
  shownAnswer = null;
  page.turns.replaceChildren();
  page.file.value = '';
  say('');
  draw();
}

function draw() {
  const { photos, turns } = conversation;
  const looks = shownAnswer?.looks ?? [];
  page.drop.hidden = photos.length > 0;
  page.add.hidden = photos.length === 0;
  page.change.hidden = photos.length === 0 && turns.length === 0;
  page.sharing.hidden = turns.length === 0;
  page.photos.replaceChildren(...photos.map((photo, index) =>
    photoFigure(photo, index, photos.length, looks.filter(look => look.photo === index))));
}

// Takes files as photos: of a new conversation if an answer is there, unless they were to be added.
async function take(files) {
  const isAdding = adds;
  adds = false;
  if (!isAdding && conversation.turns.length) begin();
  running?.abort();
  const opened = [];
  for (const file of files) {
    try {
      opened.push(await openPhoto(file));
    } catch {
      if (!isAdding) begin();
      return say(`${file.name || 'The file'} cannot be shown as an image; use a JPEG, PNG or WebP file.`, true);
    }
  }
  conversation.photos.push(...opened);
  Object.assign(conversation, { scene: null, expected: null });
  say('');
  draw();
  page.question.focus();
}

page.file.addEventListener('change', () => page.file.files.length && take([...page.file.files]));
page.add.addEventListener('click', () => {
  adds = true;
  page.file.value = '';
  page.file.click();
});
page.change.addEventListener('click', () => {
  begin();
  page.question.value = '';
  page.file.focus();
});
addEventListener('dragover', event => {
  event.preventDefault();
  page.drop.classList.add('over');
});
addEventListener('dragleave', () => page.drop.classList.remove('over'));
addEventListener('drop', event => {
  event.preventDefault();
  page.drop.classList.remove('over');
  if (event.dataTransfer.files.length) take([...event.dataTransfer.files]);
});
addEventListener('paste', event => event.clipboardData.files.length && take([...event.clipboardData.files]));

// A generated scene, with its question and right answer.
async function takeScene(number) {
  const response = await fetch(`/playground/scenes/${number}`);
  if (!response.ok) return say(await problem(response), true);
  begin();
  page.question.value = decodeURIComponent(response.headers.get('Question') ?? '');
  conversation.expected = decodeURIComponent(response.headers.get('Answer') ?? '');
  conversation.scene = number;
  conversation.photos = [await openPhoto(await response.blob(), `scene ${number}`)];
  draw();
  say(`The right answer is: ${conversation.expected}.`);
  page.question.focus();
}

page.scene.addEventListener('click', () => takeScene(1 + Math.floor(Math.random() * 1000000)));

// Questions and answers

function turnElement(turn) {
  const isAlone = turn.answers.length === 1;
  const shown = turn.answers.map(record => new Answer(record, conversation.photos.slice(0, turn.photoCount), {
    isAlone,
    onLook: answer => {
      if (shownAnswer === answer || !running && !shownAnswer) draw();
    },
  }));
  answers.push(...shown);
  for (const answer of shown) {
    answer.element.append(make('button', {
      type: 'button', className: 'quiet boxes', onclick: () => showBoxes(answer),
    }, 'Show its boxes'));
  }
  return make('li', { className: 'turn' }, make('p', { className: 'asked', dir: 'auto' }, turn.question),
    turn.expected ? make('p', { className: 'note' }, 'The right answer: ', make('b', {}, turn.expected)) : null,
    make('div', { className: isAlone ? 'columns' : 'columns two' }, shown.map(answer => answer.element)));
}

function showBoxes(answer) {
  shownAnswer = answer;
  for (const other of answers) {
    const button = other.element.querySelector('.boxes');
    button.hidden = answers.length < 2 || !other.looks.length;
    button.setAttribute('aria-pressed', other === answer);
  }
  draw();
}

// The conversation so far as messages for a column.
function messages(column) {
  let sent = 0;
  return conversation.turns.flatMap((turn, index) => {
    const images = conversation.photos.slice(sent, turn.photoCount)
      .map(photo => ({ type: 'image_url', image_url: { url: photo.address } }));
    sent = turn.photoCount;
    const question = { role: 'user', content: [...images, { type: 'text', text: turn.question }] };
    const isLast = index === conversation.turns.length - 1;
    const answer = turn.answers[column] ?? turn.answers[0];
    return isLast ? [question] : [question, { role: 'assistant', content: textOf(answer) }];
  });
}

const textOf = answer => answer.events.map(event => event.text ?? '').join('');

async function ask() {
  const question = page.question.value.trim();
  if (!conversation.photos.length) return say('Choose a photo first.', true);
  const megabytes = conversation.photos.reduce((sum, photo) => sum + photo.bytes, 0) * 4 / 3 / 1048576;
  if (megabytes > offered.maximum_megabytes) {
    return say(`The photos take ${Math.ceil(megabytes)} MB with a question, and this server reads ${offered.maximum_megabytes} MB. `
      + 'Use fewer or smaller photos.', true);
  }
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const models = [page.model.value, ...page.beside.value ? [page.beside.value] : []];
  const turn = {
    question, photoCount: conversation.photos.length,
    expected: conversation.turns.length ? null : conversation.expected,
    answers: models.map(model => ({ model, events: [] })),
  };
  const asked = conversation;
  conversation.turns.push(turn);
  const first = answers.length;
  page.turns.append(turnElement(turn));
  showBoxes(answers[first]);
  page.ask.hidden = true;
  page.stop.hidden = false;
  say('Thinking …');
  await Promise.all(answers.slice(first).map((answer, column) => stream(answer, messages(column), controller.signal)));
  if (running !== controller) return;
  running = null;
  page.ask.hidden = false;
  page.stop.hidden = true;
  const failed = turn.answers.find(answer => answer.problem);
  say(failed ? '' : controller.signal.aborted ? 'Stopped.' : 'Done.');
  if (failed) conversation.turns.pop();
  else page.question.value = '';
  if (conversation === asked) showBoxes(answers[first]);
  if (conversation.turns.length) await keepConversation(conversation);
  await listPast();
}

// Asks one model and adds what it writes to an answer.
async function stream(answer, messages, signal) {
  const { record } = answer;
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  try {
    const response = await fetch('/v1/chat/completions', {
      method: 'POST', signal, headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        model: record.model, stream: true, stream_options: { include_usage: true }, messages,
        temperature: Number(page.temperature.value), seed: Math.trunc(Number(page.seed.value)),
      }),
    }).catch(error => {
      if (signal.aborted) throw error;
      throw new Error('The server cannot be reached; is it still running?');
    });
    if (!response.ok) throw new Error(await problem(response));
    for await (const event of events(response)) {
      if (event.error) throw new Error(event.error.message);
      if (event.usage) record.usage = event.usage;
      const choice = event.choices[0];
      if (!choice) continue;
      const { reasoning_content: reasoning, tool_event: call, content: text } = choice.delta;
      if (reasoning || call || text) record.firstSeconds ??= elapsed();
      if (reasoning) answer.add({ reasoning });
      if (call) answer.add({ call });
      if (text) answer.add({ text });
      if (choice.finish_reason) record.end = choice.finish_reason;
    }
    record.end ??= 'stopped';
  } catch (error) {
    if (signal.aborted) record.end = 'stopped';
    else record.problem = error.message;
  }
  record.seconds = elapsed();
  answer.finish();
}

// The reason of a failed request, in the words of this page.
async function problem(response) {
  try {
    const { code, message } = (await response.json()).error;
    return {
      request_too_large: `The photos are too large together; this server reads ${offered.maximum_megabytes} MB. Use fewer or smaller photos.`,
      context_length_exceeded: 'The conversation is longer than the model can read. Begin a new one, or use fewer or smaller photos.',
      invalid_image: `The model cannot read a photo: ${message}`,
      server_overloaded: 'The server is busy; ask again in a few seconds.',
      timeout: 'The answer took longer than this server allows.',
    }[code] ?? message;
  } catch {
    return `The server responded with status ${response.status}.`;
  }
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    pending += value;
    const parts = pending.split('\n\n');
    pending = parts.pop();
    for (const part of parts) {
      const data = part.replace(/^data: /, '');
      if (data !== '[DONE]') yield JSON.parse(data);
    }
  }
}

page.form.addEventListener('submit', event => {
  event.preventDefault();
  ask();
});
page.question.addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    page.form.requestSubmit();
  }
});
page.stop.addEventListener('click', () => running?.abort());
addEventListener('keydown', event => event.key === 'Escape' && running?.abort());

// Sharing and history

page.share.addEventListener('click', async () => {
  const { scene, turns } = conversation;
  const query = new URLSearchParams({
    question: turns[0].question, model: page.model.value, beside: page.beside.value,
    temperature: page.temperature.value, seed: page.seed.value, ...scene && { scene },
  });
  const link = `${location.origin}/?${query}`;
  history.replaceState(null, '', `/?${query}`);
  const isCopied = await navigator.clipboard?.writeText(link).then(() => true, () => false);
  say(`${isCopied ? 'The link is copied' : 'The link is in the address bar'}.`
    + (scene ? '' : ' It has the question and the settings; photos are not in it, save a page to share them.'));
});
page.page.addEventListener('click', async () => {
  const title = conversation.turns[0].question;
  save('conversation.html', new Blob([await asPage(title, page.photos, page.turns)], { type: 'text/html' }));
});
page.json.addEventListener('click', () =>
  save('conversation.json', new Blob([JSON.stringify(conversation, null, 1)], { type: 'application/json' })));

function reopen(past) {
  begin();
  conversation = past;
  page.turns.append(...past.turns.map(turnElement));
  if (answers.length) showBoxes(answers.at(-1));
  draw();
}

async function listPast() {
  const past = await pastConversations();
  page.history.hidden = !past.length;
  page.past.replaceChildren(...past.map(old => make('li', {},
    make('button', { type: 'button', className: 'quiet', onclick: () => reopen(old) },
      `${new Date(old.id).toLocaleString()}: ${old.turns[0]?.question ?? ''}`))));
}
page.forget.addEventListener('click', async () => {
  await forgetConversations();
  await listPast();
});

// The page as it opens

begin();
enlargePictures();
offered = await (await fetch('/playground/offers')).json();
page.scene.hidden = !offered.scenes;
page['runs-link'].hidden = !offered.runs;
page.card.hidden = !offered.card;
page.card.textContent = offered.card ?? '';
const models = (await (await fetch('/v1/models')).json()).data.map(model => model.id).reverse();
const option = id => make('option', { value: id }, modelTitle(id));
page.model.append(...models.map(option));
page.beside.append(...models.map(option));
const wanted = new URLSearchParams(location.search);
for (const name of ['question', 'model', 'beside', 'temperature', 'seed']) {
  if (wanted.get(name)) page[name].value = wanted.get(name);
}
await listPast();
if (offered.scenes && /^\d+$/.test(wanted.get('scene') ?? '')) {
  await takeScene(Number(wanted.get('scene')));
  if (wanted.get('question')) page.question.value = wanted.get('question');
}
