/** Activity is reported to the server at most this often, in ms. */
const INTERVAL = 60_000;

/** Reports activity in sessions, not at every key. */
export class Touches {
  constructor(private readonly _report: (id: string) => Promise<void>) {}

  /** The user did something in the session. */
  touch(id: string): void {
    const now = Date.now();
    if (now - (this._last.get(id) ?? 0) >= INTERVAL) {
      this._last.set(id, now);
      void this._report(id).catch(() => undefined);
    }
  }

  private readonly _last = new Map<string, number>();
}
