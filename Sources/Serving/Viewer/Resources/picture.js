// Photos with trajectory boxes, and crops.
import { make, shape } from '../elements.js';
import { api } from './state.js';

export const imageAddress = (trajectory, image, { region, rotation, side } = {}) =>
  api(`image?at=${encodeURI(trajectory.at)}&image=${image}${region ? `&region=${region.join(',')}` : ''}`
    + `${rotation ? `&rotation=${rotation}` : ''}${side ? `&side=${side}` : ''}`);

export const tone = number => `c${(number - 1) % 6 + 1}`;
export const corners = box => `[${box.map(value => Math.round(value * 10) / 10).join(', ')}]`;

// The boxes cropped from an image, numbered by call, starting at 1.
export const numberedBoxes = (trajectory, image) => trajectory.calls
  .map((call, index) => ({ number: index + 1, ...call }))
  .filter(call => call.image === image && call.box && !call.error);

// Positions of the box labels: for each box the first corner where its label overlaps no other label.
export function badgePlaces(boxes, size) {
  const side = Math.round(Math.max(size.width, size.height) / 22);
  const places = [];
  for (const { number, box: [x1, y1, x2, y2] } of boxes) {
    const above = y1 >= side ? y1 - side : y1;
    const below = y2 + side <= size.height ? y2 : y2 - side;
    const corners = [[x1, above], [x2 - side, above], [x1, below], [x2 - side, below]]
      .map(([x, y]) => ({ number, side, x: Math.min(Math.max(0, x), size.width - side), y }));
    places.push(corners.find(corner => places.every(place =>
      Math.abs(place.x - corner.x) >= side || Math.abs(place.y - corner.y) >= side)) ?? corners[0]);
  }
  return places;
}

function outline([x1, y1, x2, y2], name) {
  const place = { x: x1, y: y1, width: Math.max(0, x2 - x1), height: Math.max(0, y2 - y1) };
  return shape('g', { class: name }, shape('rect', place), shape('rect', place));
}

// An image with all boxes in call order; ground truth is dashed.
export function photo(trajectory, image, { side = 1024 } = {}) {
  const size = trajectory.images[image];
  const boxes = numberedBoxes(trajectory, image);
  const truth = image === 0 ? trajectory.ground_truth : [];
  const overlap = call => call.overlap === undefined ? '' : `, overlap with the ground truth ${call.overlap.toFixed(2)}`;
  const all = [
    ...boxes.map(call => `box ${call.number} at ${corners(call.box)}${overlap(call)}`),
    ...truth.map(box => `ground truth at ${corners(box)}`),
  ];
  return shape('svg', {
    viewBox: `0 0 ${size.width} ${size.height}`, class: 'scene', role: 'img',
    'aria-label': `Image of the question${all.length ? `: ${all.join('; ')}.` : ', without boxes.'}`,
  },
  picture(imageAddress(trajectory, image, { side }), size),
  truth.map(box => outline(box, 'truth')),
  boxes.map(call => outline(call.box, `box ${tone(call.number)}`)),
  badgePlaces(boxes, size).map(({ number, side, x, y }) => shape('g', { class: `badge ${tone(number)}` },
    shape('rect', { x, y, width: side, height: side, rx: side / 6 }),
    shape('text', { x: x + side / 2, y: y + side * 0.75, 'font-size': side * 0.72, 'text-anchor': 'middle' }, String(number)))));
}

// One image with the first boxes of several trajectories.
export function sharedPhoto(trajectories) {
  const size = trajectories[0].images[0];
  const boxes = trajectories.flatMap(trajectory => numberedBoxes(trajectory, 0).slice(0, 1)
    .map(call => ({ ...call, isCorrect: trajectory.is_correct })));
  return shape('svg', {
    viewBox: `0 0 ${size.width} ${size.height}`, class: 'scene shared', role: 'img',
    'aria-label': `The first boxes of ${trajectories.length} samples: `
      + `${boxes.map(call => corners(call.box)).join('; ') || 'none'}.`,
  },
  picture(imageAddress(trajectories[0], 0, { side: 512 }), size),
  trajectories[0].ground_truth.map(box => outline(box, 'truth')),
  boxes.map(call => outline(call.box, `box ${call.isCorrect ? 'right' : 'wrong'}`)));
}

function picture(address, size) {
  const image = shape('image', { href: address, width: size.width, height: size.height, preserveAspectRatio: 'none' });
  image.addEventListener('error', () => image.closest('svg')?.classList.add('missing'));
  return image;
}

// An image as the model saw it: an input image, or the crop returned by a tool call.
export function view(trajectory, shown, number) {
  const call = number ? trajectory.calls[number - 1] : null;
  const name = number ? `Crop ${number}` : 'Input image';
  const isOfExample = (shown.image ?? null) !== null;
  const image = !isOfExample ? make('p', { className: 'reply' }, 'An image created by a tool; it is not stored.') : make('img', {
    src: imageAddress(trajectory, shown.image, { region: shown.region, rotation: shown.rotation, side: 512 }), loading: 'lazy',
    className: shown.width < 160 && shown.region[2] - shown.region[0] < 160 ? 'coarse' : '',
    alt: `${name}: region ${corners(shown.region)} of image ${shown.image + 1}, seen as ${shown.width} by ${shown.height} pixels`,
  });
  image.addEventListener('error', () => image.replaceWith(make('p', { className: 'reply' }, 'The image is not available.')));
  return make('figure', { className: number ? `view ${tone(number)}` : 'view' }, image,
    make('figcaption', {},
      number ? make('span', { className: 'number' }, number) : 'Input image,',
      make('span', {}, `${shown.width} × ${shown.height} px${shown.rotation ? `, rotated by ${shown.rotation}°` : ''}`),
      call?.overlap !== undefined
        ? make('span', { className: 'note' }, `IoU ${call.overlap.toFixed(2)}`) : null));
}
