// Exports a trajectory as a PNG: photo with boxes, crops, text and reward.
import { save } from '../elements.js';
import * as format from '../format.js';
import { say } from './document.js';
import { state } from './state.js';
import { imageAddress, numberedBoxes, badgePlaces, inputName, turn, tone } from './picture.js';

const width = 1400;
const margin = 40;
const photoWidth = 640;
const cropSide = 150;

const load = async address => {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
};

// The page's colours in the current light or dark theme.
function palette() {
  const page = getComputedStyle(document.documentElement);
  const colour = name => page.getPropertyValue(`--${name}`).trim();
  const mark = number => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.className = tone(number);
    const value = getComputedStyle(probe).getPropertyValue('--mark').trim();
    probe.remove();
    return value;
  };
  return { colour, mark };
}

// Draws text wrapped to lines no wider than `limit`; returns the y coordinate below it.
function paragraph(pen, text, x, y, limit, { font, colour, lineHeight = 22 }) {
  pen.font = font;
  pen.fillStyle = colour;
  for (const given of text.split('\n')) {
    let line = '';
    for (const word of given.split(/(?<=\s)/)) {
      if (line && pen.measureText(line + word).width > limit) {
        pen.fillText(line, x, y);
        y += lineHeight;
        line = '';
      }
      line += word;
      while (pen.measureText(line).width > limit) {
        let end = line.length - 1;
        while (end > 1 && pen.measureText(line.slice(0, end)).width > limit) end -= 1;
        pen.fillText(line.slice(0, end), x, y);
        y += lineHeight;
        line = line.slice(end);
      }
    }
    pen.fillText(line, x, y);
    y += lineHeight;
  }
  return y;
}

async function drawPhoto(pen, trajectory, index, y, { mark }) {
  const size = trajectory.images[index];
  const scale = photoWidth / size.width;
  pen.drawImage(await load(imageAddress(trajectory, index, { side: 1280 })), margin, y, photoWidth, size.height * scale);
  const outline = ([x1, y1, x2, y2], colour, dash = []) => {
    const rectangle = [margin + x1 * scale, y + y1 * scale, (x2 - x1) * scale, (y2 - y1) * scale];
    for (const [stroke, line, pattern] of [['rgb(0 0 0 / 0.6)', 5, []], [colour, 2.5, dash]]) {
      pen.strokeStyle = stroke;
      pen.lineWidth = line;
      pen.setLineDash(pattern);
      pen.strokeRect(...rectangle);
    }
    pen.setLineDash([]);
  };
  for (const box of index === 0 ? trajectory.ground_truth : []) outline(box, '#fff', [6, 5]);
  const boxes = numberedBoxes(trajectory, index);
  for (const call of boxes) outline(call.box, mark(call.number));
  for (const place of badgePlaces(boxes, size)) {
    badge(pen, place.number, margin + place.x * scale, y + place.y * scale, place.side * scale, mark);
  }
  return y + size.height * scale;
}

function badge(pen, number, x, y, side, mark) {
  pen.fillStyle = mark(number);
  pen.fillRect(x, y, side, side);
  pen.fillStyle = '#15140f';
  pen.font = `700 ${Math.round(side * 0.72)}px sans-serif`;
  pen.textAlign = 'center';
  pen.fillText(number, x + side / 2, y + side * 0.76);
  pen.textAlign = 'left';
}

async function draw(pen, trajectory, colours) {
  const { colour, mark } = colours;
  let y = margin + 26;
  y = paragraph(pen, trajectory.question, margin, y, width - 2 * margin,
    { font: '600 28px Georgia, serif', colour: colour('ink'), lineHeight: 36 });
  y = paragraph(pen, `${state().run} · ${trajectory.at} · ${trajectory.kind}`, margin, y, width - 2 * margin,
    { font: '15px sans-serif', colour: colour('soft'), lineHeight: 30 });
  const top = y;
  let left = top;
  for (const index of trajectory.images.keys()) left = await drawPhoto(pen, trajectory, index, left, colours) + 12;
  left += 24;
  left = paragraph(pen, `Expected: ${trajectory.expected}`, margin, left, photoWidth,
    { font: '600 17px sans-serif', colour: colour('ink'), lineHeight: 26 });
  left = paragraph(pen, `Answer: ${trajectory.answer ?? 'none'}`, margin, left, photoWidth,
    { font: '600 17px sans-serif', colour: colour(trajectory.is_correct ? 'right' : 'wrong'), lineHeight: 30 });
  const rewards = trajectory.rewards.map(({ name, value }) => `${format.decimal(value)} ${name}`).join(' + ');
  const sum = `${format.decimal(trajectory.reward)} reward, advantage ${format.signed(trajectory.advantage)}`;
  left = paragraph(pen, `${rewards} = ${sum}`, margin, left, photoWidth, { font: '15px sans-serif', colour: colour('soft') });

  const column = margin * 2 + photoWidth;
  let right = top;
  for (const [index, segment] of trajectory.segments.entries()) {
    const number = trajectory.calls.findIndex(call => call.segment === index - 1) + 1;
    if (segment.kind === 'completion') {
      right = paragraph(pen, segment.text.replace(/<\|\w+\|>/g, '').trim(), column, right + 18, width - column - margin,
        { font: '15px monospace', colour: colour('ink') });
      continue;
    }
    for (const shown of segment.views) {
      if ((shown.image ?? null) === null) continue;
      const image = await load(
        imageAddress(trajectory, shown.image, { region: shown.region, rotation: shown.rotation, side: 512 }));
      const scale = cropSide / Math.max(image.width, image.height);
      pen.imageSmoothingEnabled = image.width > cropSide;
      pen.drawImage(image, column, right, image.width * scale, image.height * scale);
      pen.imageSmoothingEnabled = true;
      if (number) badge(pen, number, column, right, 24, mark);
      const name = !number ? inputName(trajectory, shown) : trajectory.calls[number - 1].box ? `Crop ${number}` : `Call ${number}`;
      paragraph(pen, `${name}, ${shown.width} × ${shown.height} px${turn(shown)}`,
        column + cropSide + 16, right + 16, width - column - cropSide - margin,
        { font: '14px sans-serif', colour: colour('soft') });
      right += image.height * scale + 14;
    }
    const error = number ? trajectory.calls[number - 1].error : null;
    if (error) {
      right = paragraph(pen, error, column, right + 18, width - column - margin,
        { font: '15px sans-serif', colour: colour('wrong') });
    }
  }
  return Math.max(left, right) + margin;
}

export async function savePicture(trajectory) {
  try {
    const colours = palette();
    // The first pass measures the height, the second draws.
    const canvas = new OffscreenCanvas(width, 16);
    const height = Math.min(16000, Math.ceil(await draw(canvas.getContext('2d'), trajectory, colours)));
    canvas.height = height;
    const pen = canvas.getContext('2d');
    pen.fillStyle = colours.colour('card');
    pen.fillRect(0, 0, width, height);
    await draw(pen, trajectory, colours);
    save(`${state().run}-${trajectory.at.replaceAll('/', '-')}.png`, await canvas.convertToBlob({ type: 'image/png' }));
  } catch (error) {
    say(`Cannot draw the picture: ${error.message}`);
  }
}
