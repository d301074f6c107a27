import { VDomModel } from '@jupyterlab/ui-components';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';

import { ENDED } from './format';
import type { IBlock } from './logtext';
import { LogText, wholeCharacters } from './logtext';
import type { ILogChunk, JobStream, State } from './tokens';

/** Bytes asked for at once. */
const PIECE = 65_536;

/** Pieces that are read one after another while there is more. */
const BURST = 16;

/** Characters kept; older ones are dropped, some at a time. */
const KEPT = 2_000_000;
const SPARE = 500_000;

/** Between two readings, in ms: of what is known to run, and of what nobody knows. */
const OFTEN = { interval: 2_000, backoff: true, max: 30_000 };
const SELDOM = { interval: 15_000, backoff: true, max: 120_000 };

/** Every so many readings it is looked whether there are errors. */
const LOOK_FOR_ERRORS = 10;

/** Whose logs are read: sessions, or jobs. */
export interface ILogSource {
  readonly changed: ISignal<unknown, void>;
  get(id: string): { readonly name: string; readonly state: State } | undefined;
  /** A negative `offset` counts from the end. */
  log(
    id: string,
    offset: number,
    limit: number,
    stream?: JobStream
  ): Promise<ILogChunk>;
  /** Where Lab's file browser has a log; empty: nowhere. Without it there is one stream. */
  path?(id: string, stream: JobStream): Promise<string>;
}

/** The growing text of a log. */
export class LogModel extends VDomModel {
  constructor(
    private readonly _source: ILogSource,
    readonly id: string
  ) {
    super();
    this._poll = new Poll({
      factory: () => this._read(),
      frequency: OFTEN,
      name: 'jupyterlab-remote:log',
      standby: () =>
        this.paused || (this._atEnd && this._over) ? true : 'when-hidden'
    });
    _source.changed.connect(this._onSource, this);
    void this._findPath();
  }

  /** Nobody looks at it. */
  paused = false;

  /** Why it cannot be read. */
  problem = '';

  /** Whether the log was replaced by another one while it was read. */
  replaced = false;

  /** Whether the file is no longer there; what was read of it stays. */
  vanished = false;

  /** Whether what is written to the error stream stands in a log of its own. */
  errors = false;

  /** Where Lab's file browser has the log; empty: nowhere. */
  path = '';

  get name(): string {
    return this._source.get(this.id)?.name ?? this.id;
  }

  /** Null: nothing is known of it any more. */
  get state(): State | null {
    return this._source.get(this.id)?.state ?? null;
  }

  get stream(): JobStream {
    return this._stream;
  }

  set stream(stream: JobStream) {
    this._stream = stream;
    [this.replaced, this.vanished] = [false, false];
    this._forget();
    this.path = '';
    void this._findPath();
    this.refresh();
    this.stateChanged.emit();
  }

  /** The text read so far, as people read it. */
  get text(): string {
    return this._text.text;
  }

  get blocks(): readonly IBlock[] {
    return this._text.blocks;
  }

  /** Whether something was read, be it nothing. */
  get read(): boolean {
    return this._end >= 0;
  }

  /** Bytes before the text. */
  get earlier(): number {
    return Math.max(0, this._start);
  }

  refresh(): void {
    this._atEnd = false;
    void this._poll.refresh();
  }

  /** Read one more piece before the text. */
  async readEarlier(): Promise<void> {
    const end = this._start;
    const start = Math.max(0, end - PIECE);
    const chunk = await this._ask(start, end - start);
    if (this._start !== end || this._isOther(chunk)) {
      this.refresh();
      return;
    }
    const bytes = start > 0 ? wholeCharacters(chunk.bytes) : chunk.bytes;
    this._raw = new TextDecoder().decode(bytes) + this._raw;
    this._start = end - bytes.length;
    this._again();
    this.stateChanged.emit();
  }

  /** All bytes, or the last `most` of them. */
  async bytes(most: number): Promise<{ parts: BlobPart[]; cut: boolean }> {
    const limit = 1 << 20;
    const { size } = await this._ask(0, 0);
    const parts: BlobPart[] = [];
    const first = Math.max(0, size - most);
    for (let at = first; at < size;) {
      const { bytes } = await this._ask(at, Math.min(limit, size - at));
      if (bytes.length === 0) {
        break;
      }
      parts.push(bytes as Uint8Array<ArrayBuffer>);
      at += bytes.length;
    }
    return { parts, cut: first > 0 };
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._poll.dispose();
      this._source.changed.disconnect(this._onSource, this);
      super.dispose();
    }
  }

  private get _over(): boolean {
    const owner = this._source.get(this.id);
    return owner !== undefined && ENDED.has(owner.state);
  }

  private _ask(offset: number, limit: number): Promise<ILogChunk> {
    return this._source.log(this.id, offset, limit, this._stream);
  }

  /** Read what is new; far behind a fast log, go on at its end. */
  private async _read(): Promise<void> {
    const over = this._over;
    this._poll.frequency = this.state ? OFTEN : SELDOM;
    const stream = this._stream;
    try {
      for (let piece = 0; piece < BURST; piece += 1) {
        const behind = this._size - this._end > KEPT;
        const offset = this._end < 0 || behind ? -PIECE : this._end;
        const chunk = await this._ask(offset, PIECE);
        if (stream !== this._stream) {
          return;
        }
        this.vanished = chunk.file === '' && this._file !== '' && this._end > 0;
        if (this.vanished) {
          this._atEnd = over;
          break;
        }
        if (this._isOther(chunk)) {
          // The first one replaces nothing.
          this.replaced ||= this._file !== '';
          this._forget();
          continue;
        }
        if (offset < 0) {
          this._forget();
        }
        this._take(chunk);
        this._atEnd = over && chunk.end >= chunk.size;
        if (chunk.end >= chunk.size) {
          break;
        }
      }
      this.problem = '';
      await this._findErrors();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      this._atEnd = over;
      throw error;
    } finally {
      this.stateChanged.emit();
    }
  }

  private _take(chunk: ILogChunk): void {
    const first = this._end < 0;
    const bytes =
      first && chunk.start > 0 ? wholeCharacters(chunk.bytes) : chunk.bytes;
    if (first) {
      this._start = chunk.end - bytes.length;
    }
    this._end = chunk.end;
    this._size = chunk.size;
    this._file = chunk.file;
    const text = this._decoder.decode(bytes, { stream: true });
    this._raw += text;
    if (this._raw.length > KEPT + SPARE) {
      const cut = this._raw.length - KEPT;
      this._start += new TextEncoder().encode(this._raw.slice(0, cut)).length;
      this._raw = this._raw.slice(cut);
      this._again();
    } else {
      this._text.append(text);
    }
  }

  /** Another file has the name now, or it was emptied. */
  private _isOther({ file, size }: ILogChunk): boolean {
    return this._end >= 0 && (file !== this._file || size < this._end);
  }

  private _forget(): void {
    this._raw = '';
    this._start = 0;
    this._end = -1;
    this._size = 0;
    this._decoder = new TextDecoder();
    this._again();
  }

  private _again(): void {
    this._text = new LogText();
    this._text.append(this._raw);
  }

  private async _findErrors(): Promise<void> {
    const due = this._readings % LOOK_FOR_ERRORS === 0;
    this._readings += 1;
    if (this._source.path && !this.errors && due) {
      this.errors = await this._source.log(this.id, 0, 1, 'stderr').then(
        ({ size }) => size > 0,
        () => false
      );
    }
  }

  private async _findPath(): Promise<void> {
    const stream = this._stream;
    const path = await this._source.path?.(this.id, stream).catch(() => '');
    if (path && stream === this._stream && !this.isDisposed) {
      this.path = path;
      this.stateChanged.emit();
    }
  }

  private readonly _onSource = (): void => {
    this.stateChanged.emit();
  };

  private _atEnd = false;
  private _decoder = new TextDecoder();
  private _end = -1;
  private _file = '';
  private readonly _poll: Poll;
  private _raw = '';
  private _readings = 0;
  private _size = 0;
  private _start = 0;
  private _stream: JobStream = 'stdout';
  private _text = new LogText();
}
