/** A piece of a line in one look. Class names are those of Lab's own output. */
export interface ISpan {
  readonly text: string;
  /** Empty: plain. */
  readonly classes: string;
  /** Colours that have no class: `#rrggbb`. */
  readonly color?: string;
  readonly background?: string;
}

/** A line, without its end. */
export type Line = readonly ISpan[];

/** How what follows looks; a value. */
export interface ILook {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  /** Name of a colour, or `#rrggbb`; empty: as usual. */
  readonly front: string;
  readonly back: string;
}

/** As it begins. */
export const PLAIN: ILook = {
  bold: false,
  italic: false,
  underline: false,
  inverse: false,
  front: '',
  back: ''
};

const NAMES = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white'
];

/** The name of one of the sixteen colours. */
function named(index: number): string {
  const name = NAMES[index % 8] ?? '';
  return index < 8 ? name : `${name}-intense`;
}

/** One of 256 colours: sixteen, a cube of 6 x 6 x 6, and shades of grey. */
function indexed(index: number): string {
  if (index < 16) {
    return named(index);
  }
  if (index >= 232) {
    const shade = 8 + (index - 232) * 10;
    return rgb(shade, shade, shade);
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const at = index - 16;
  return rgb(
    level(Math.floor(at / 36)),
    level(Math.floor(at / 6) % 6),
    level(at % 6)
  );
}

function rgb(...parts: readonly number[]): string {
  const hex = (part: number) =>
    Math.min(255, part).toString(16).padStart(2, '0');
  return `#${parts.map(hex).join('')}`;
}

/** The look after the codes of one sequence `ESC [ ... m`. */
function styled(look: ILook, codes: readonly number[]): ILook {
  let next = look;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const cube = codes[at + 1] === 5;
      const color = cube
        ? indexed(Math.min(255, codes[at + 2] ?? 0))
        : rgb(codes[at + 2] ?? 0, codes[at + 3] ?? 0, codes[at + 4] ?? 0);
      next = { ...next, [code === 38 ? 'front' : 'back']: color };
      at += cube ? 2 : 4;
    } else {
      next = { ...next, ...simple(code) };
    }
  }
  return next;
}

const STYLES: Readonly<Record<number, Partial<ILook>>> = {
  0: PLAIN,
  1: { bold: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  39: { front: '' },
  49: { back: '' }
};

function simple(code: number): Partial<ILook> {
  const tens = Math.floor(code / 10);
  const color = code % 10;
  if (color < 8 && [3, 4, 9, 10].includes(tens)) {
    const name = named(tens >= 9 ? color + 8 : color);
    return tens === 3 || tens === 9 ? { front: name } : { back: name };
  }
  return STYLES[code] ?? {};
}

/** Text in a look. */
function span(text: string, look: ILook): ISpan {
  const { bold, italic, underline, inverse } = look;
  const [front, back] = inverse
    ? [look.back || 'default-inverse', look.front || 'default-inverse']
    : [look.front, look.back];
  const classes = [
    front && !front.startsWith('#') ? `ansi-${front}-fg` : '',
    back && !back.startsWith('#') ? `ansi-${back}-bg` : '',
    bold ? 'ansi-bold' : '',
    italic ? 'jp-RemoteLog-italic' : '',
    underline ? 'ansi-underline' : ''
  ];
  return {
    text,
    classes: classes.filter(Boolean).join(' '),
    ...(front.startsWith('#') ? { color: front } : {}),
    ...(back.startsWith('#') ? { background: back } : {})
  };
}

// Escape sequences of terminals (ECMA-48): CSI, OSC, others; and what moves in the line.
const TOKEN =
  // eslint-disable-next-line no-control-regex
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_]|.?)|\r|\u0008/gs;

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What cannot be shown. */
const REPLACEMENT = '\ufffd';

/**
 * A line as a person reads it, and the look in which the next one begins. A
 * carriage return starts the line anew, as progress bars do; other controls
 * are shown as characters that cannot be shown, escape sequences not at all.
 */
export function parseLine(raw: string, before: ILook): [Line, ILook] {
  let look = before;
  let spans: ISpan[] = [];
  let from = 0;
  const text = raw.replace(/\r+$/, '');
  const take = (to: number) => {
    if (to > from) {
      const piece = text.slice(from, to).replace(CONTROLS, REPLACEMENT);
      spans.push(span(piece, look));
    }
  };
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    take(token.index);
    from = TOKEN.lastIndex;
    if (token[0] === '\r') {
      spans = [];
    } else if (token[2] === 'm') {
      const codes = (token[1] ?? '').split(/[;:]/).map(Number);
      look = styled(look, codes);
    }
  }
  take(text.length);
  return [spans, look];
}

/** The text of a line. */
export function lineText(line: Line): string {
  return line.map(({ text }) => text).join('');
}
