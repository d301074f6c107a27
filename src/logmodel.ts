import { VDomModel } from '@jupyterlab/ui-components';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';

import { ENDED, plainText } from './format';
import type { ILogChunk, State } from './tokens';

/** Bytes asked for at once. */
const PIECE = 65_536;

/** Characters kept; older ones are dropped. */
const KEPT = 2_000_000;

/** Whose logs are read: sessions, or jobs. */
export interface ILogSource {
  readonly changed: ISignal<unknown, void>;
  get(id: string): { readonly name: string; readonly state: State } | undefined;
  /** A negative `offset` counts from the end. */
  log(id: string, offset: number, limit: number): Promise<ILogChunk>;
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
      frequency: { interval: 2_000, backoff: true, max: 30_000 },
      name: 'jupyterlab-remote:log',
      standby: () =>
        this.paused || (this._atEnd && this._over) ? true : 'when-hidden'
    });
    _source.changed.connect(this._onSource, this);
  }

  /** Nobody looks at it. */
  paused = false;

  /** Why it cannot be read. */
  problem = '';

  get name(): string {
    return this._source.get(this.id)?.name ?? this.id;
  }

  get state(): State {
    return this._source.get(this.id)?.state ?? 'lost';
  }

  /** The text read so far, as people read it. */
  get text(): string {
    return this._text;
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
    const start = Math.max(0, this._start - PIECE);
    const chunk = await this._source.log(this.id, start, this._start - start);
    this._raw = new TextDecoder().decode(chunk.bytes) + this._raw;
    this._start = start;
    this._show();
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
    return !owner || ENDED.has(owner.state);
  }

  private async _read(): Promise<void> {
    const over = this._over;
    try {
      const offset = this._end < 0 ? -PIECE : this._end;
      const chunk = await this._source.log(this.id, offset, PIECE);
      this._start = this._end < 0 ? chunk.start : this._start;
      this._end = chunk.end;
      this._raw += this._decoder.decode(chunk.bytes, { stream: true });
      this._atEnd = over && chunk.end >= chunk.size;
      this.problem = '';
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      this._atEnd = over;
      throw error;
    } finally {
      this._show();
    }
  }

  private _show(): void {
    if (this._raw.length > KEPT) {
      const cut = this._raw.length - KEPT;
      this._start += new TextEncoder().encode(this._raw.slice(0, cut)).length;
      this._raw = this._raw.slice(cut);
    }
    this._text = plainText(this._raw);
    this.stateChanged.emit();
  }

  private readonly _onSource = (): void => {
    this.stateChanged.emit();
  };

  private _atEnd = false;
  private readonly _decoder = new TextDecoder();
  private _end = -1;
  private readonly _poll: Poll;
  private _raw = '';
  private _start = 0;
  private _text = '';
}
