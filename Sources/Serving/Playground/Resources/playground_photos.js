// The photos of a conversation, with the boxes that the model looked at; and pictures of what it saw.
import { make, shape } from './elements.js';

const readable = blob => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});

// A photo of a file: `{ name, address, width, height, bytes }`. Fails if the file is no image.
export async function openPhoto(blob, name = blob.name ?? 'photo') {
  const address = await readable(blob);
  const image = await decoded(address);
  return { name, address, width: image.naturalWidth, height: image.naturalHeight, bytes: blob.size };
}

const decodedImages = new Map();
export function decoded(address) {
  if (!decodedImages.has(address)) {
    const image = make('img', { src: address });
    decodedImages.set(address, image.decode().then(() => image));
    decodedImages.get(address).catch(() => decodedImages.delete(address));
  }
  return decodedImages.get(address);
}

// The direction in a photo that is up in a picture turned clockwise.
const upward = { 0: [0, -1], 90: [-1, 0], 180: [0, 1], 270: [1, 0] };

// A photo with the looks of an answer: `[{ number, box, rotation, isCrop }]`.
export function photoFigure(photo, index, count, looks) {
  const whole = [0, 0, photo.width, photo.height];
  const places = looks.filter(look => look.isCrop).map(({ box: [x1, y1, x2, y2] }) => `${Math.round(x1)}, ${Math.round(y1)} to ${Math.round(x2)}, ${Math.round(y2)}`);
  const boxes = places.length ? `${places.length} ${places.length === 1 ? 'box' : 'boxes'}, the last at ${places.at(-1)}` : 'no box yet';
  const name = count > 1 ? `Photo ${index + 1}` : 'Photo';
  const scene = shape('svg', {
    class: 'scene', viewBox: whole.join(' '), role: 'img', 'aria-label': `${name}, ${photo.name}: ${boxes}.`,
  }, shape('image', { href: photo.address, width: photo.width, height: photo.height, preserveAspectRatio: 'none' }));
  for (const look of looks) {
    if (look.isCrop) scene.append(outline(look));
  }
  for (const look of looks) {
    if (look.rotation) scene.append(arrow(look, photo));
    scene.append(badge(look, photo));
  }
  return make('figure', {}, scene, make('figcaption', { className: 'note' },
    `${name}: ${photo.name}, ${photo.width} × ${photo.height} pixels`));
}

const tone = number => `c${(number - 1) % 6 + 1}`;

function outline({ number, box: [x1, y1, x2, y2] }) {
  const corners = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
  return shape('g', { class: `box ${tone(number)}` }, shape('rect', corners), shape('rect', corners));
}

// The number of a call, above the upper left corner of its box, or inside at the photo's edge.
function badge({ number, box: [x1, y1] }, photo) {
  const side = Math.max(photo.width, photo.height) / 24;
  const left = Math.min(Math.max(0, x1), photo.width - side);
  const top = y1 >= side ? y1 - side : Math.max(0, y1);
  return shape('g', { class: `badge ${tone(number)}` },
    shape('rect', { x: left, y: top, width: side, height: side, rx: side / 6 }),
    shape('text', { x: left + side / 2, y: top + side * 0.75, 'font-size': side * 0.72, 'text-anchor': 'middle' }, number));
}

// An arrow in a region that was turned: it points to what is up in the turned picture.
function arrow({ number, box: [x1, y1, x2, y2], rotation }) {
  const [right, down] = upward[rotation] ?? upward[0];
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const reach = Math.min(x2 - x1, y2 - y1) * 0.22;
  const head = reach * 0.5;
  const [tipX, tipY] = [x + right * reach, y + down * reach];
  const barb = sign => `${tipX - right * head + sign * down * head} ${tipY - down * head + sign * right * head}`;
  const path = `M${x - right * reach} ${y - down * reach}L${tipX} ${tipY}M${barb(1)}L${tipX} ${tipY}L${barb(-1)}`;
  return shape('g', { class: `turned ${tone(number)}` }, shape('path', { d: path }), shape('path', { d: path }),
    shape('title', {}, `Turned clockwise by ${rotation}°: the arrow points to what is up then.`));
}

// The region of a photo as the model saw it.
export async function seenPicture(photo, { box: [x1, y1, x2, y2], rotation = 0 }, name) {
  const image = await decoded(photo.address);
  const scale = Math.min(8, 900 / Math.max(x2 - x1, y2 - y1));
  const [width, height] = [x2 - x1, y2 - y1].map(side => Math.max(1, Math.round(side * scale)));
  const isOnItsSide = rotation % 180 !== 0;
  const canvas = make('canvas', { width: isOnItsSide ? height : width, height: isOnItsSide ? width : height });
  const pen = canvas.getContext('2d');
  pen.imageSmoothingEnabled = scale < 2;
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate(rotation * Math.PI / 180);
  pen.drawImage(image, x1, y1, x2 - x1, y2 - y1, -width / 2, -height / 2, width, height);
  return make('img', { src: canvas.toDataURL('image/png'), alt: name, 'data-enlarge': '' });
}
