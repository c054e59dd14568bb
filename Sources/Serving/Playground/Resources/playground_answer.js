// One answer: the model's reasoning, tool calls and final text. Model output is inserted as text, never as HTML.
import { make } from './elements.js';
import { seconds } from './format.js';
import { seenPicture } from './playground_photos.js';

// A model's name with the condition under which it answers.
export const modelTitle = name => `${name}, ${name.endsWith('-thinking') ? 'with tools' : 'without tools'}`;

export class Answer {
  // What the model saw, in order: the photos, then the results of its calls; null where the picture is not known here.
  views = [];
  looks = [];
  words = null;
  calls = 0;

  // `record` is `{ model, events, text, usage, seconds, firstSeconds, end, problem }`, also of an earlier conversation.
  constructor(record, photos, { isAlone, onLook }) {
    Object.assign(this, { record, photos, onLook });
    this.views = photos.map((photo, index) => ({ photo: index, box: [0, 0, photo.width, photo.height], rotation: 0 }));
    this.thoughts = make('ol', { className: 'thoughts', 'aria-label': 'Reasoning and tool calls' });
    this.final = make('p', { className: 'final', 'aria-live': 'polite', hidden: true });
    this.counts = make('p', { className: 'note counts' });
    this.element = make('article', { className: 'answer', 'aria-label': modelTitle(record.model) },
      isAlone ? null : make('h3', {}, modelTitle(record.model)), this.thoughts, this.final, this.counts);
    const events = record.events;
    record.events = [];
    events.forEach(event => this.add(event));
    if (record.end || record.problem) this.finish();
  }

  // Adds an event, `{ reasoning }`, `{ call }` or `{ text }`.
  add(event) {
    const last = this.record.events.at(-1);
    const kind = Object.keys(event)[0];
    if (kind !== 'call' && last && kind in last) last[kind] += event[kind];
    else this.record.events.push({ ...event });
    if (event.reasoning) this.reason(event.reasoning);
    if (event.call) this.call(event.call);
    if (event.text) {
      this.final.hidden = false;
      this.final.append(event.text);
    }
  }

  reason(text) {
    if (!this.words) {
      if (!text.trim()) return;
      text = text.trimStart();
      this.words = make('li', { className: 'words' });
      this.thoughts.append(this.words);
    }
    this.words.append(text);
  }

  call(event) {
    this.words = null;
    this.calls += 1;
    const item = make('li', { className: `look c${(this.calls - 1) % 6 + 1}` });
    const heading = name => make('b', {}, make('span', { className: 'number' }, String(this.calls)), name);
    this.thoughts.append(item);
    if (event.error) {
      item.classList.add('failed');
      return item.append(make('p', {}, heading(event.name || 'invalid tool call'), event.error));
    }
    const view = this.viewOf(event);
    this.views.push(view);
    if (!view) {
      item.classList.add('plain');
      return item.append(make('p', {}, heading(event.name), event.arguments));
    }
    const [x1, y1, x2, y2] = view.box.map(Math.round);
    const place = `${x2 - x1} × ${y2 - y1} pixels at ${x1}, ${y1}${this.photos.length > 1 ? ` of photo ${view.photo + 1}` : ''}`;
    const turn = view.rotation ? `, rotated by ${view.rotation}° ↻` : '';
    const isCrop = Boolean(event.box);
    item.append(make('p', {}, heading(isCrop ? 'Zoomed in' : 'Turned'), place + turn));
    seenPicture(this.photos[view.photo], view, `What call ${this.calls} returned: ${place}${turn}`).then(picture => item.prepend(picture));
    this.looks.push({ ...view, number: this.calls, isCrop });
    this.onLook(this);
  }

  // The view that a call made; null if it was made of a picture that is not known here.
  viewOf(event) {
    if (event.box) {
      return this.photos[event.source - 1] ? { photo: event.source - 1, box: event.box, rotation: event.rotation ?? 0 } : null;
    }
    if (event.name !== 'image_rotate_tool') return null;
    try {
      const { angle, image = 1 } = JSON.parse(event.arguments);
      const base = this.views[image - 1];
      const rotation = ((base.rotation + angle) % 360 + 360) % 360;
      return rotation % 90 === 0 ? { ...base, rotation } : null;
    } catch {
      return null;
    }
  }

  // Without tools the text comes as the model writes it, with its tags.
  readTags() {
    const text = this.final.textContent;
    const found = text.match(/^\s*(?:<think>([^]*?)<\/think>)?\s*<answer>([^]*?)<\/answer>\s*$/);
    if (!found) return;
    this.reason(found[1] ?? '');
    this.final.textContent = found[2];
  }

  finish() {
    const { usage, problem, end } = this.record;
    this.readTags();
    if (problem) this.element.append(make('p', { className: 'problem' }, problem));
    else if (end === 'length') this.element.append(make('p', { className: 'note' }, 'Cut off: the answer was too long.'));
    else if (end === 'stopped') this.element.append(make('p', { className: 'note' }, 'Stopped.'));
    const parts = [];
    if (this.record.seconds !== undefined) {
      parts.push(seconds(this.record.seconds));
      if (this.record.firstSeconds !== undefined) parts.push(`first token after ${seconds(this.record.firstSeconds)}`);
    }
    if (usage) {
      parts.push(`${usage.completion_tokens} tokens generated`, `${usage.prompt_tokens} prompt tokens, `
        + `${usage.prompt_tokens_details?.image_tokens ?? 0} of them image tokens`);
    }
    this.counts.textContent = parts.join(' · ');
  }
}
