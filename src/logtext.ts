import type { ILook, Line } from './ansi';
import { lineText, parseLine, PLAIN } from './ansi';

/** Lines that are drawn together, and drawn anew only when they change. */
export interface IBlock {
  readonly key: number;
  readonly lines: readonly Line[];
  /** Their text. */
  readonly text: string;
}

/** Where something was found. */
export interface IMatch {
  readonly block: number;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Lines in a block. */
const BLOCK = 200;

/** A line that is longer is torn apart, in characters. */
const LONGEST = 20_000;

/** So many matches are looked for. */
export const MOST = 1_000;

/** The text of a log as blocks of lines; grows at its end. */
export class LogText {
  get blocks(): readonly IBlock[] {
    return this._open.length === 0 && this._rest === ''
      ? this._blocks
      : [...this._blocks, this._last()];
  }

  /** All of it, without escape sequences. */
  get text(): string {
    return this.blocks.map(({ text }) => text).join('\n');
  }

  append(text: string): void {
    const lines = (this._rest + text).split('\n');
    this._rest = lines.pop() ?? '';
    while (this._rest.length > LONGEST) {
      lines.push(this._rest.slice(0, LONGEST));
      this._rest = this._rest.slice(LONGEST);
    }
    for (const raw of lines) {
      const [line, look] = parseLine(raw, this._look);
      this._look = look;
      this._open.push(line);
      if (this._open.length === BLOCK) {
        this._blocks.push(block(this._blocks.length, this._open));
        this._open = [];
      }
    }
    this._tail = null;
  }

  /** The block at the end, with the line that is not over yet. */
  private _last(): IBlock {
    const [line] = parseLine(this._rest, this._look);
    const lines = this._rest === '' ? this._open : [...this._open, line];
    this._tail ??= block(this._blocks.length, lines);
    return this._tail;
  }

  private readonly _blocks: IBlock[] = [];
  private _look: ILook = PLAIN;
  private _open: Line[] = [];
  private _rest = '';
  private _tail: IBlock | null = null;
}

function block(key: number, lines: readonly Line[]): IBlock {
  return { key, lines, text: lines.map(lineText).join('\n') };
}

/** Where the words occur, in any case, from the beginning; at most `MOST`. */
export function matchesIn(
  blocks: readonly IBlock[],
  wanted: string
): readonly IMatch[] {
  const found: IMatch[] = [];
  if (wanted === '') {
    return found;
  }
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(escaped, 'gi');
  for (const [index, { lines, text }] of blocks.entries()) {
    // Most blocks have none.
    if (text.search(pattern) < 0) {
      continue;
    }
    for (const [line, spans] of lines.entries()) {
      for (const match of lineText(spans).matchAll(pattern)) {
        const end = match.index + match[0].length;
        found.push({ block: index, line, start: match.index, end });
        if (found.length === MOST) {
          return found;
        }
      }
    }
  }
  return found;
}

/** Without the rest of a character whose first bytes are missing (UTF-8). */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) {
    start += 1;
  }
  return bytes.subarray(start);
}
