import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';

import { command, dialogButton, expect } from './helpers';

const MINUTE = 60_000;

/** A time so many minutes from now. */
export function inMinutes(minutes: number): string {
  return new Date(Date.now() + minutes * MINUTE).toISOString();
}

/** A share as the server lists it. */
export function share(id: string, changes: object = {}): object {
  return {
    id,
    path: `work/${id}.ipynb`,
    name: `${id}.ipynb`,
    link: `/services/share/s/secret-${id}`,
    mode: 'hub',
    state: 'active',
    created: inMinutes(-60),
    expires: inMinutes(23 * 60),
    once: false,
    users: [],
    follow: true,
    outputs: true,
    options: {},
    size: 24_000,
    revision: 1,
    updated: inMinutes(-60),
    uses: 0,
    last_used: null,
    changed: false,
    problem: '',
    time: inMinutes(-60),
    ...changes
  };
}

/** A copy that the user has of what somebody shared. */
export function received(id: string, changes: object = {}): object {
  return {
    id,
    link: `/services/share/s/from-${id}`,
    path: `shared/${id}.ipynb`,
    name: `${id}.ipynb`,
    sender: 'bob',
    revision: 2,
    newest: 2,
    changed_here: false,
    time: inMinutes(-120),
    gone: false,
    news: '',
    ...changes
  };
}

/** A link as the server describes it. */
export function description(changes: object = {}): object {
  return {
    name: 'spectrum.ipynb',
    sender: 'bob',
    size: 48_213,
    revision: 4,
    updated: inMinutes(-30),
    expires: inMinutes(60 * 40),
    once: false,
    kernel: { name: 'python3', display_name: 'Python 3', language: 'python' },
    kernel_here: true,
    kernels: [],
    options: { server: { image: 'science:2026' } },
    outputs: true,
    cells: 31,
    mine: [],
    ...changes
  };
}

interface IAnswer {
  readonly status: number;
  readonly message: string;
  readonly reason?: string;
}

/** What the server was asked, and what it shall answer. */
export interface IShareServer {
  shares: object[];
  received: object[];
  mode: 'hub' | 'local' | '';
  why: string;
  limits: object;
  description: object;
  /** Error of all requests but the list; null: they work. */
  failure: IAnswer | null;
  /** Error of the list. */
  trouble: IAnswer | null;
  /** Requests wait for this. */
  gate: Promise<unknown>;
  /** Method, path below the prefix, body. */
  readonly asked: { method: string; path: string; body: unknown }[];
}

/** A server that shares, whatever the real one does. */
export async function sharing(page: Page): Promise<IShareServer> {
  const server: IShareServer = {
    shares: [],
    received: [],
    mode: 'hub',
    why: '',
    limits: {
      expires_in: 30 * 86_400,
      bytes: 100_000_000,
      users: true,
      options: { kernel: null, server: { image: 'science:2026' } }
    },
    description: description(),
    failure: null,
    trouble: null,
    gate: Promise.resolve(),
    asked: []
  };
  await page.route(
    /\/jupyter-remote\/(?:shares|imports|bundles)/,
    async route => {
      const request = route.request();
      const method = request.method();
      const path = new URL(request.url()).pathname.replace(
        /.*\/jupyter-remote\//,
        ''
      );
      const listing = method === 'GET' && path === 'shares';
      if (!listing) {
        const body: unknown =
          method === 'GET' ? null : (request.postDataJSON() as unknown);
        server.asked.push({ method, path, body });
        await server.gate;
      }
      const error = listing ? server.trouble : server.failure;
      if (error) {
        const { status, message, reason = '' } = error;
        await route.fulfill({ status, json: { message, reason } });
        return;
      }
      const json = listing ? listOf(server) : answerOf(server, method, path);
      await route.fulfill(json === null ? { status: 204 } : { json });
    }
  );
  await page.route(/\/services\/share\/s\/.*\/preview$/, route =>
    route.fulfill({ contentType: 'text/html', body: PREVIEW })
  );
  return server;
}

const PREVIEW = `<!doctype html><title>Preview</title>
<body style="font: 14px sans-serif; background: #fff; padding: 16px">
<h1>Spectrum</h1><p>As bob saw it.</p><pre>In [1]: fit(data)</pre>
<script>document.title = 'ran'; document.body.dataset.ran = 'yes'</script>`;

function listOf(server: IShareServer): object {
  const { shares, mode, why, limits } = server;
  // So high that no event of the real server counts.
  const sequence = Number.MAX_SAFE_INTEGER;
  return { shares, received: server.received, mode, why, limits, sequence };
}

function answerOf(
  server: IShareServer,
  method: string,
  path: string
): object | null {
  if (path === 'imports/look') {
    return server.description;
  }
  if (path === 'imports/told') {
    return { ids: server.received.map(each => (each as { id: string }).id) };
  }
  if (path.startsWith('imports')) {
    return received('spectrum', { path: 'shared/spectrum.ipynb' });
  }
  const [first] = server.shares;
  if (method === 'DELETE') {
    return null;
  }
  return method === 'POST' && path === 'shares'
    ? share('fit', { path: 'fit.ipynb' })
    : (first ?? share('fit'));
}

/** The dialog that makes a link to a notebook. */
export async function shareDialog(page: Page, path: string): Promise<Locator> {
  await command(page, 'jupyter-remote:share-link', { path });
  const dialog = page.locator('.jp-RemoteSharingDialog');
  await expect(dialog).toBeVisible();
  // what is typed before goes elsewhere
  await expect(dialog.locator(':focus')).toHaveCount(1);
  return dialog;
}

/** Share what the file browser shows, with the mouse; `choose`, `look` in the dialogs. Its link. */
export async function linkByMouse(
  page: Page,
  name: string,
  choose: (dialog: Locator) => Promise<void>,
  look: (dialog: Locator) => Promise<void> = () => Promise.resolve()
): Promise<string> {
  await page
    .locator('.jp-DirListing-item', { hasText: name })
    .click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Share Link…' }).click();
  const dialog = page.locator('.jp-RemoteSharingDialog');
  await choose(dialog);
  await dialogButton(page, 'Create Link').click();
  const link = await page
    .getByRole('textbox', { name: 'Link', exact: true })
    .inputValue();
  await look(page.locator('.jp-Dialog'));
  await dialogButton(page, 'Done').click();
  return link;
}

/** What axe finds wrong inside an element is a failure. */
export async function axe(page: Page, selector: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .include(selector)
    .exclude('iframe')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    .analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(node => `${id}: ${node.html} ${node.failureSummary ?? ''}`)
  );
  // Lab's toolbar button says aria-pressed where axe sees no button.
  const ours = found.filter(
    words => !/^aria-allowed-attr: <jp-button\b[^>]* aria-pressed=/.test(words)
  );
  expect.soft(ours, selector).toEqual([]);
}

/** Whether a script of the notebook has run in a page or one of its frames. */
export async function ran(page: Page): Promise<unknown[]> {
  const all = await Promise.all(
    page
      .frames()
      .map(frame =>
        frame
          .evaluate(() => (window as { ranHere?: number }).ranHere ?? null)
          .catch(() => null)
      )
  );
  return all.filter(each => each !== null);
}
