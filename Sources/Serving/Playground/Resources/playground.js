// The playground: a photo, a question, and the model's reasoning, tool calls and answer. Model output is inserted as text,
// never as HTML.
const find = id => document.getElementById(id);
const page = Object.fromEntries(
  ['model', 'drop', 'file', 'scene', 'photo', 'image', 'boxes', 'photo-facts', 'change', 'form', 'question',
    'temperature', 'seed', 'ask', 'stop', 'status', 'thoughts', 'answer', 'counts', 'runs-link']
    .map(id => [id, find(id)]));
const svgSpace = 'http://www.w3.org/2000/svg';
let photo = null; // { dataURI, width, height }
let running = null; // AbortController of the running request

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function say(text, isProblem = false) {
  page.status.textContent = text;
  page.status.classList.toggle('problem', isProblem);
}

// The photo

const readable = blob => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});

async function show(blob) {
  try {
    const dataURI = await readable(blob);
    page.image.src = dataURI;
    await page.image.decode();
    photo = { dataURI, width: page.image.naturalWidth, height: page.image.naturalHeight };
  } catch {
    return say('This file cannot be shown as an image; use a JPEG, PNG or WebP file.', true);
  }
  page['photo-facts'].textContent = `${photo.width} × ${photo.height} pixels`;
  page.boxes.setAttribute('viewBox', `0 0 ${photo.width} ${photo.height}`);
  page.drop.hidden = true;
  page.photo.hidden = false;
  clear();
  page.question.focus();
}

function clear() {
  page.boxes.replaceChildren();
  page.boxes.setAttribute('aria-label', 'No box yet');
  page.thoughts.replaceChildren();
  page.answer.hidden = true;
  page.answer.textContent = '';
  page.counts.textContent = '';
  say('');
}

page.file.addEventListener('change', () => page.file.files[0] && show(page.file.files[0]));
page.change.addEventListener('click', () => {
  running?.abort();
  photo = null;
  page.file.value = '';
  page.photo.hidden = true;
  page.drop.hidden = false;
  clear();
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
  const file = event.dataTransfer.files[0];
  if (file) show(file);
});
addEventListener('paste', event => {
  const file = [...event.clipboardData.files][0];
  if (file) show(file);
});
page.scene.addEventListener('click', async () => {
  const number = 1 + Math.floor(Math.random() * 1000000);
  const response = await fetch(`/playground/scenes/${number}`);
  if (!response.ok) return say(await problem(response), true);
  page.question.value = decodeURIComponent(response.headers.get('Question') ?? '');
  await show(await response.blob());
});

// Boxes and crops

function shape(name, attributes, text = '') {
  const element = document.createElementNS(svgSpace, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.textContent = text;
  return element;
}

function draw(number, [x1, y1, x2, y2]) {
  const unit = Math.max(photo.width, photo.height) / 100;
  const corners = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
  const side = unit * 4;
  const left = Math.min(x1, photo.width - side);
  const top = y1 >= side ? y1 - side : y1;
  const label = shape('text', { x: left + side / 2, y: top + side * 0.76, 'text-anchor': 'middle' }, number);
  label.style.fontSize = `${side * 0.75}px`;
  const group = shape('g', { class: `box c${(number - 1) % 6 + 1}` });
  group.append(
    shape('rect', { ...corners, class: 'shadow', 'stroke-width': unit * 0.9 }),
    shape('rect', { ...corners, class: 'line', 'stroke-width': unit * 0.5 }),
    shape('rect', { x: left, y: top, width: side, height: side, rx: side / 6, fill: 'var(--mark)' }),
    label);
  page.boxes.append(group);
  const count = page.boxes.childElementCount;
  page.boxes.setAttribute('aria-label', `${count} ${count === 1 ? 'box' : 'boxes'}, the last at `
    + `${Math.round(x1)}, ${Math.round(y1)} to ${Math.round(x2)}, ${Math.round(y2)}`);
}

function crop([x1, y1, x2, y2], rotation = 0) {
  const scale = Math.min(8, 440 / Math.max(x2 - x1, y2 - y1));
  const [width, height] = [x2 - x1, y2 - y1].map(side => Math.max(1, Math.round(side * scale)));
  const isOnItsSide = rotation % 180 !== 0;
  const canvas = make('canvas', { width: isOnItsSide ? height : width, height: isOnItsSide ? width : height });
  const pen = canvas.getContext('2d');
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate(rotation * Math.PI / 180);
  pen.drawImage(page.image, x1, y1, x2 - x1, y2 - y1, -width / 2, -height / 2, width, height);
  canvas.style.width = `${canvas.width / 2}px`;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', 'The crop returned to the model');
  return canvas;
}

// The answer

class Transcript {
  calls = 0;
  words = null;

  reasoning(text) {
    if (!this.words) {
      if (!text.trim()) return;
      text = text.trimStart();
      this.words = make('li', { className: 'words' });
      page.thoughts.append(this.words);
    }
    this.words.append(text);
  }

  look(event) {
    this.words = null;
    this.calls += 1;
    const item = make('li', { className: `look c${(this.calls - 1) % 6 + 1}` });
    const heading = name => make('b', {}, make('span', { className: 'number' }, this.calls), name);
    if (event.error) {
      item.classList.add('failed');
      item.append(make('p', {}, heading(event.name || 'invalid tool call'), event.error));
    } else if (event.box && event.source === 1) {
      draw(this.calls, event.box);
      const [x1, y1, x2, y2] = event.box.map(Math.round);
      item.append(crop(event.box, event.rotation), make('p', {}, heading('Zoomed in'),
        `${x2 - x1} × ${y2 - y1} pixels at ${x1}, ${y1}${event.rotation ? `, rotated by ${event.rotation}°` : ''}`));
    } else {
      // Another tool, or a box in an image that a tool made, which is not here.
      item.classList.add('plain');
      item.append(make('p', {}, heading(event.name), event.arguments));
    }
    page.thoughts.append(item);
    item.scrollIntoView({ block: 'nearest' });
  }

  answer(text) {
    page.answer.hidden = false;
    page.answer.append(text);
  }
}

async function problem(response) {
  try {
    return (await response.json()).error.message;
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

async function ask() {
  if (!photo) return say('Choose a photo first.', true);
  running?.abort();
  const controller = new AbortController();
  running = controller;
  clear();
  page.ask.hidden = true;
  page.stop.hidden = false;
  say('Thinking …');
  const transcript = new Transcript();
  try {
    const response = await fetch('/v1/chat/completions', {
      method: 'POST', signal: controller.signal, headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        model: page.model.value, stream: true, stream_options: { include_usage: true },
        temperature: Number(page.temperature.value), seed: Math.trunc(Number(page.seed.value)),
        messages: [{ role: 'user', content: [
          { type: 'image_url', image_url: { url: photo.dataURI } },
          { type: 'text', text: page.question.value.trim() },
        ] }],
      }),
    });
    if (!response.ok) throw new Error(await problem(response));
    for await (const event of events(response)) {
      if (event.error) throw new Error(event.error.message);
      if (event.usage) counted(event.usage);
      const choice = event.choices[0];
      if (!choice) continue;
      if (choice.delta.reasoning_content) transcript.reasoning(choice.delta.reasoning_content);
      if (choice.delta.tool_event) transcript.look(choice.delta.tool_event);
      if (choice.delta.content) transcript.answer(choice.delta.content);
      if (choice.finish_reason) say(choice.finish_reason === 'length' ? 'Cut off: the answer was too long.' : 'Done.');
    }
  } catch (error) {
    if (controller.signal.aborted) say('Stopped.');
    else say(error.message, true);
  }
  if (running === controller) {
    running = null;
    page.ask.hidden = false;
    page.stop.hidden = true;
  }
}

function counted(usage) {
  page.counts.textContent = `${usage.completion_tokens} tokens generated, ${usage.prompt_tokens} prompt tokens, `
    + `${usage.prompt_tokens_details.image_tokens} of them image tokens`;
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

const offered = await (await fetch('/playground/offers')).json();
page.scene.hidden = !offered.scenes;
page['runs-link'].hidden = !offered.runs;
const models = (await (await fetch('/v1/models')).json()).data.map(model => model.id);
page.model.append(...models.reverse().map(id => make('option', { value: id }, id)));
