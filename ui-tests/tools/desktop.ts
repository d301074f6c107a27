import { existsSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CDPSession, Page } from '@playwright/test';
import { expect } from '@playwright/test';

import { Typist } from './keys';

/** A message of the desktop's page; see `jupyter_remote/desktop/bridge.js`. */
export interface IMessage {
  readonly type: string;
  readonly status?: string;
  readonly text?: string;
  readonly id?: string;
  readonly data?: string;
}

const RECORDER = join(__dirname, 'record_keys.py');
export const WINDOWS =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** A program in a terminal that writes down every byte it receives. */
export class Recorder {
  readonly file = join(mkdtempSync(join(tmpdir(), 'keys-')), 'received');
  readonly command = `xterm -u8 -e /usr/bin/python3 ${RECORDER} ${this.file}`;

  async ready(): Promise<void> {
    await expect.poll(() => existsSync(this.file)).toBe(true);
  }

  forget(): void {
    truncateSync(this.file);
  }

  get received(): string {
    return readFileSync(this.file, 'utf8');
  }

  /** Exactly this arrives, and nothing before it since `forget`. */
  async gets(text: string): Promise<void> {
    await expect.poll(() => this.received, { timeout: 15_000 }).toBe(text);
  }
}

/** The page of a desktop, opened by itself. */
export class DesktopPage {
  constructor(
    readonly page: Page,
    private readonly _cdp: CDPSession,
    readonly typist: Typist
  ) {}

  /** Open a session's page and wait until it has painted. */
  static async open(
    page: Page,
    address: string,
    { windows = false } = {}
  ): Promise<DesktopPage> {
    const cdp = await page.context().newCDPSession(page);
    if (windows) {
      const agent = { userAgent: WINDOWS, platform: 'Win32' };
      await cdp.send('Emulation.setUserAgentOverride', agent);
    }
    await page.addInitScript(() => {
      const seen: unknown[] = [];
      Object.assign(window, { seen });
      window.addEventListener('jupyter-remote', event => {
        seen.push((event as CustomEvent<unknown>).detail);
      });
    });
    await page.goto(address);
    const desktop = new DesktopPage(page, cdp, new Typist(cdp, windows));
    await desktop.until('status', 'painted');
    return desktop;
  }

  /** What the page has said so far. */
  async messages(type: string): Promise<IMessage[]> {
    return this.page.evaluate(
      wanted =>
        (window as unknown as { seen: IMessage[] }).seen.filter(
          message => message.type === wanted
        ),
      type
    );
  }

  async until(type: string, status?: string): Promise<IMessage> {
    let found: IMessage | undefined;
    await expect
      .poll(
        async () => {
          const all = await this.messages(type);
          found = all.find(message => !status || message.status === status);
          return found !== undefined;
        },
        { timeout: 45_000, message: `waits for ${type} ${status ?? ''}` }
      )
      .toBe(true);
    return found as IMessage;
  }

  /** What the Lab tab would send. */
  async tell(
    type: string,
    fields: Record<string, unknown> = {}
  ): Promise<void> {
    await this.page.evaluate(
      message => {
        window.postMessage(message, window.location.origin);
      },
      { source: 'jupyter-remote', type, ...fields }
    );
  }

  /** An input method shows `draft` and then writes `text`. */
  async compose(draft: string, text: string): Promise<void> {
    const end = draft.length;
    await this._cdp.send('Input.imeSetComposition', {
      text: draft,
      selectionStart: end,
      selectionEnd: end
    });
    await this._cdp.send('Input.insertText', { text });
  }
}
