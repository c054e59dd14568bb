// Opens pictures over the page, with their boxes, to zoom and pan by mouse, touch and keys.
import { make } from './elements.js';

const enlargeableKinds = '.scene, .view img, [data-enlarge]';

// Makes the pictures of the page buttons that enlarge them, also pictures that are added later. An attribute `data-full` of an
// `img` or SVG `image` is the address of the same picture with more pixels, loaded when it is enlarged.
export function enlargePictures() {
  const mark = node => {
    if (!(node instanceof Element)) return;
    if (node.matches(enlargeableKinds)) markEnlargeable(node);
    node.querySelectorAll(enlargeableKinds).forEach(markEnlargeable);
  };
  mark(document.body);
  new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(mark)))
    .observe(document.body, { childList: true, subtree: true });
  const open = event => {
    const picture = event.target.closest?.('.enlargeable');
    if (!picture || event.type === 'keydown' && event.target !== picture) return;
    event.preventDefault();
    new EnlargedPicture(picture).open();
  };
  document.addEventListener('click', open);
  document.addEventListener('keydown', event => (event.key === 'Enter' || event.key === ' ') && open(event));
}

function markEnlargeable(picture) {
  if (picture.classList.contains('enlargeable') || picture.closest('a, button, dialog')) return;
  picture.classList.add('enlargeable');
  picture.dataset.label = picture.getAttribute('aria-label') ?? picture.getAttribute('alt') ?? '';
  picture.setAttribute('tabindex', '0');
  picture.setAttribute('role', 'button');
  picture.setAttribute('aria-haspopup', 'dialog');
  picture.setAttribute('aria-label', `Enlarge: ${picture.dataset.label}`);
}

class EnlargedPicture {
  // The picture is `scale` times as large as its own pixels, and its upper left corner is at x, y of the stage.
  scale = 1;
  x = 0;
  y = 0;
  pointers = new Map();
  hasMoved = false;

  constructor(original) {
    const label = original.dataset.label;
    this.isDrawing = original instanceof SVGElement;
    this.picture = original.cloneNode(true);
    for (const name of ['class', 'tabindex', 'role', 'aria-haspopup', 'aria-label', 'id', 'style', 'loading', 'data-enlarge']) {
      this.picture.removeAttribute(name);
    }
    this.picture.setAttribute('class', this.isDrawing ? original.getAttribute('class').replace('enlargeable', '') : '');
    if (this.isDrawing) this.picture.setAttribute('preserveAspectRatio', 'none');
    this.picture.setAttribute('aria-hidden', 'true');
    const box = original.viewBox?.baseVal;
    this.width = (box?.width || original.naturalWidth || original.width) || 1;
    this.height = (box?.height || original.naturalHeight || original.height) || 1;
    this.badges = this.isDrawing ? [...this.picture.querySelectorAll('.badge')].map(badge => [badge, this.anchorOf(badge)]) : [];
    this.stage = make('div', {
      className: 'stage', tabIndex: 0, role: 'group', autofocus: true,
      'aria-label': `${label} Arrow keys move it, plus and minus zoom, 0 fits it, 1 shows its pixels.`,
    }, this.picture);
    this.level = make('span', { className: 'level', role: 'status' });
    const button = (text, name, action) => make('button', { type: 'button', title: name, 'aria-label': name, onclick: action }, text);
    this.dialog = make('dialog', { className: 'enlarged', 'aria-label': `Enlarged picture: ${label}` },
      make('div', { className: 'enlarged-bar' },
        button('−', 'Zoom out', () => this.zoom(1 / 1.5)), this.level, button('+', 'Zoom in', () => this.zoom(1.5)),
        button('Fit', 'Fit to the screen', () => this.fit()),
        button('1:1', 'One pixel of the image for each of the screen', () => this.zoom(1 / this.scale)),
        button('Close', 'Close', () => this.dialog.close())),
      this.stage, make('p', { className: 'enlarged-label' }, label));
    this.listen();
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.stage.focus();
    this.fit();
    for (const image of this.isDrawing ? this.picture.querySelectorAll('image') : [this.picture]) this.sharpen(image);
  }

  // Replaces a picture by that of more pixels, once it is there.
  sharpen(image) {
    const address = image.dataset.full;
    if (!address) return;
    const full = make('img', { src: address });
    full.decode().then(() => {
      if (this.isDrawing) return image.setAttribute('href', address);
      // A larger image stays where it is.
      const ratio = full.naturalWidth / this.width;
      this.width = full.naturalWidth;
      this.height = full.naturalHeight;
      this.scale /= ratio;
      image.src = address;
      this.place();
    }).catch(() => {});
  }

  get room() {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  // The scale at which the picture fills the stage; small crops are enlarged at most 12 times.
  get fitting() {
    const { width, height } = this.room;
    return Math.min(width / this.width, height / this.height, 12);
  }

  fit() {
    this.scale = this.fitting;
    this.place();
  }

  // Zooms by a factor around a point of the stage, or its centre.
  zoom(factor, point) {
    const { width, height } = this.room;
    const { x, y } = point ?? { x: width / 2, y: height / 2 };
    const wanted = Math.min(Math.max(this.scale * factor, Math.min(this.fitting, 1)), Math.max(this.fitting, 1) * 24);
    const change = wanted / this.scale;
    this.x = x - (x - this.x) * change;
    this.y = y - (y - this.y) * change;
    this.scale = wanted;
    this.place();
  }

  move(right, down) {
    this.x += right;
    this.y += down;
    this.place();
  }

  // Puts the picture where it belongs: in the middle if it is smaller than the stage, else without a gap at an edge.
  place() {
    const { width, height } = this.room;
    const [shownWidth, shownHeight] = [this.width * this.scale, this.height * this.scale];
    const within = (start, length, room) => length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, start));
    this.x = within(this.x, shownWidth, width);
    this.y = within(this.y, shownHeight, height);
    Object.assign(this.picture.style, {
      width: `${shownWidth}px`, height: `${shownHeight}px`, transform: `translate(${this.x}px, ${this.y}px)`,
      imageRendering: this.scale >= 3 ? 'pixelated' : 'auto',
    });
    const relative = this.fitting / this.scale;
    for (const [badge, { x, y }] of this.badges) {
      badge.setAttribute('transform', `translate(${x} ${y}) scale(${Math.min(1, relative)}) translate(${-x} ${-y})`);
    }
    this.level.textContent = `${Math.round(this.scale * 100)} %`;
  }

  // The corner of a number that touches its box, where it stays while it keeps its size.
  anchorOf(badge) {
    const corners = shape => {
      const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(name => Number(shape?.getAttribute(name)));
      return [x, x + width].flatMap(x => [y, y + height].map(y => ({ x, y })));
    };
    const tone = badge.getAttribute('class').split(' ').at(-1);
    const box = this.picture.querySelector(`.box.${tone} rect`);
    const own = corners(badge.querySelector('rect'));
    const distance = point => Math.min(...corners(box).map(corner => Math.hypot(corner.x - point.x, corner.y - point.y)));
    return box ? own.reduce((best, point) => distance(point) < distance(best) ? point : best) : own[0];
  }

  listen() {
    const { dialog, stage } = this;
    const inStage = event => {
      const { left, top } = stage.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const resize = () => this.place();
    addEventListener('resize', resize);
    dialog.addEventListener('close', () => {
      removeEventListener('resize', resize);
      dialog.remove();
    });
    dialog.addEventListener('keydown', event => this.press(event));
    stage.addEventListener('wheel', event => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), inStage(event));
    }, { passive: false });
    stage.addEventListener('dblclick', event => this.scale > this.fitting * 1.01 ? this.fit() : this.zoom(2.5, inStage(event)));
    stage.addEventListener('pointerdown', event => {
      stage.setPointerCapture(event.pointerId);
      if (!this.pointers.size) this.hasMoved = false;
      this.pointers.set(event.pointerId, inStage(event));
    });
    stage.addEventListener('pointermove', event => this.drag(event.pointerId, inStage(event)));
    for (const name of ['pointerup', 'pointercancel']) {
      stage.addEventListener(name, event => this.pointers.delete(event.pointerId));
    }
    // A click beside the picture closes it.
    stage.addEventListener('click', event => {
      const { x, y } = inStage(event);
      const isBeside = x < this.x || y < this.y || x > this.x + this.width * this.scale || y > this.y + this.height * this.scale;
      if (isBeside && !this.hasMoved) dialog.close();
    });
  }

  // One finger or the mouse moves the picture, two fingers also zoom it.
  drag(id, point) {
    const before = this.pointers.get(id);
    if (!before) return;
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    this.pointers.set(id, point);
    this.hasMoved ||= Math.hypot(point.x - before.x, point.y - before.y) > 2;
    if (!other) return this.move(point.x - before.x, point.y - before.y);
    const distance = from => Math.max(1, Math.hypot(from.x - other.x, from.y - other.y));
    const middle = { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 };
    this.move((point.x - before.x) / 2, (point.y - before.y) / 2);
    this.zoom(distance(point) / distance(before), middle);
  }

  // Keys act on the picture and not on the page.
  press(event) {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { width, height } = this.room;
    const action = {
      ArrowLeft: () => this.move(width / 8, 0), ArrowRight: () => this.move(-width / 8, 0),
      ArrowUp: () => this.move(0, height / 8), ArrowDown: () => this.move(0, -height / 8),
      '+': () => this.zoom(1.5), '=': () => this.zoom(1.5), '-': () => this.zoom(1 / 1.5),
      0: () => this.fit(), 1: () => this.zoom(1 / this.scale),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
