import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Page } from '@playwright/test';

import { BASE } from './helpers-rest';

const ROOT = join(__dirname, '..', '..');
const KEY = 'k'.repeat(32);

/** The stand-in for Everest as a process of its own. */
export class EverestProcess {
  readonly user = 'demo';
  readonly password = 'a password for tests';
  url = '';
  token = '';

  async start(): Promise<this> {
    const argv = ['-m', 'jupyter_remote.everest.testserver'];
    const child = spawn(
      join(ROOT, '.venv', 'bin', 'python'),
      [...argv, '--folder', this._folder],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          EVEREST_STAND_IN_KEY: KEY,
          EVEREST_STAND_IN_PASSWORD: this.password
        },
        stdio: ['ignore', 'pipe', 'inherit']
      }
    );
    this._process = child;
    for await (const line of createInterface(child.stdout)) {
      this.url = /base URL +(\S+)/.exec(line)?.[1] ?? this.url;
      this.token = /token +(\S+)/.exec(line)?.[1] ?? this.token;
      if (line.includes('Ctrl+C')) {
        return this;
      }
    }
    throw new Error('The stand-in did not start');
  }

  /** Call a method of `Control`, see docs/developers/everest.md. */
  async control(method: string, given: object = {}): Promise<unknown> {
    const response = await fetch(`${this.url}/_test/${method}`, {
      method: 'POST',
      headers: { 'X-Control-Key': KEY },
      body: JSON.stringify(given)
    });
    return ((await response.json()) as { answer: unknown }).answer;
  }

  /** End it as Ctrl+C does. */
  async stop(): Promise<void> {
    const child = this._process;
    if (child?.exitCode === null) {
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(this._folder, { recursive: true, force: true });
  }

  private readonly _folder = mkdtempSync(join(tmpdir(), 'jr-everest-'));
  private _process: ChildProcess | null = null;
}

/** The page's request to the accounts, without the page. */
export async function accounts(
  method: string,
  path = '',
  body?: object
): Promise<{ readonly servers: readonly { readonly name: string }[] } | null> {
  const url = `${BASE}/jupyter-remote/everest/servers${path}`;
  const init = body && { body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...init });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(text);
  }
  return text ? (JSON.parse(text) as { servers: { name: string }[] }) : null;
}

/** Forget all accounts. */
export async function forgetAccounts(): Promise<void> {
  const listed = await accounts('GET');
  for (const { name } of listed?.servers ?? []) {
    await accounts('DELETE', `/${encodeURIComponent(name)}?revoke=0`);
  }
}

/** What a form of an application shows for one of its inputs. */
export function field(page: Page, name: string) {
  return page.locator(`.jp-RemoteApps:visible [data-field="${name}"]`);
}
