import { expect as galataExpect, test as lab } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

import { ready } from './helpers-lab';
import { Picture } from './helpers-picture';
import { Rest } from './helpers-rest';

/** What a real desktop may take on a busy machine with two cores, in ms. */
export const PATIENCE = 45_000;

/** Requests for the list of sessions, and to start one. */
export const SESSIONS = /\/jupyter-remote\/sessions(?:\?|$)/;

export const expect = galataExpect.configure({ timeout: 20_000 });

/**
 * Lab's page and the REST API; sessions that a test starts are gone when it
 * ends, those that were there before it stay.
 */
export const test = lab.extend<{ rest: Rest }>({
  // eslint-disable-next-line no-empty-pattern
  waitForApplication: async ({}, use) => {
    await use(ready);
  },
  rest: [
    async ({ baseURL }, use) => {
      const rest = new Rest(baseURL ?? '');
      const before = (await rest.list()).map(({ id }) => id);
      await use(rest);
      await rest.clear(before);
    },
    { auto: true }
  ]
});

/** Run a command of Lab, without waiting for dialogs that it opens. */
export async function command(
  page: Page,
  id: string,
  args: Record<string, string> = {}
): Promise<void> {
  await page.evaluate(
    ([name, given]) => {
      void window.jupyterapp.commands.execute(name, given);
    },
    [id, args] as const
  );
}

/** A locator for the tab (in the tab bar) of the session shown in `view`. */
export function tabBar(page: Page, name: string | RegExp): Locator {
  return page
    .locator('#jp-main-dock-panel .lm-TabBar-tab')
    .filter({ hasText: name });
}

/** Open a notebook and wait for its first cell. */
export async function openNotebook(page: Page, path: string): Promise<void> {
  await command(page, 'docmanager:open', { path });
  const cell = page.locator('.jp-Notebook:visible .jp-Cell').first();
  await expect(cell).toBeVisible({ timeout: PATIENCE });
}

/** The side panel "Remote", opened. */
export async function openPanel(page: Page): Promise<Locator> {
  await command(page, 'jupyter-remote:show-panel');
  const panel = page.locator('#jupyter-remote-panel');
  await expect(panel).toBeVisible();
  return panel;
}

/** The row of a session in the side panel. */
export function rowOf(page: Page, id: string): Locator {
  return page.locator(`.jp-RemoteRow[data-session="${id}"]`);
}

/** Buttons in a dialog of Lab. */
export function dialogButton(page: Page, name: string): Locator {
  return page.locator('.jp-Dialog').getByRole('button', { name, exact: true });
}

/** A desktop, or a program, in a tab of a page. */
export class Desktop {
  constructor(
    readonly page: Page,
    readonly id: string
  ) {}

  /** The part of the tab below its toolbar. */
  get view(): Locator {
    return this.page.locator(`.jp-RemoteSession[data-session="${this.id}"]`);
  }

  /** The whole tab with its toolbar. */
  get tab(): Locator {
    return this.page.locator('.jp-RemoteTab').filter({ has: this.view });
  }

  /** Wait until it has painted. */
  async painted(): Promise<this> {
    await expect(this.view).toHaveAttribute('data-phase', 'open', {
      timeout: PATIENCE
    });
    return this;
  }

  /** Open it through the command of the panel and wait for its picture. */
  async open(): Promise<this> {
    await command(this.page, 'jupyter-remote:open-session', { id: this.id });
    return this.painted();
  }

  button(name: string): Locator {
    return this.tab.locator('.jp-Toolbar').getByRole('button', { name });
  }

  /** All pixels of its canvases, as they lie over each other; of a page on its way, when it came. */
  async picture(): Promise<Picture> {
    let picture = new Picture(0, 0, Buffer.alloc(0));
    await expect(async () => {
      const { width, height, data } = await inFrame(this, compose);
      picture = new Picture(width, height, Buffer.from(data, 'base64'));
    }).toPass({ timeout: PATIENCE });
    return picture;
  }

  /** Wait until the picture has what is asked for. */
  async shows(
    what: string,
    condition: (picture: Picture) => boolean
  ): Promise<Picture> {
    let last = new Picture(0, 0, Buffer.alloc(0));
    await expect
      .poll(
        async () => {
          last = await this.picture();
          return condition(last);
        },
        { message: what, timeout: PATIENCE, intervals: [100, 200, 300] }
      )
      .toBe(true);
    return last;
  }

  /** Wait until nothing has changed between a few looks. */
  async still(): Promise<Picture> {
    let last = await this.picture();
    let same = 0;
    await expect
      .poll(
        async () => {
          const next = await this.picture();
          same = next.difference(last) === 0 ? same + 1 : 0;
          last = next;
          return same;
        },
        { message: 'a still picture', timeout: PATIENCE, intervals: [200] }
      )
      .toBeGreaterThanOrEqual(2);
    return last;
  }

  /** Move to a point of the screen, in pixels from its upper left corner. */
  async hover(x: number, y: number): Promise<void> {
    const box = await this.view.locator('iframe').boundingBox();
    await this.page.mouse.move((box?.x ?? 0) + x, (box?.y ?? 0) + y);
  }

  /** Click there. */
  async click(x: number, y: number): Promise<void> {
    await this.hover(x, y);
    await this.page.mouse.down();
    await this.page.mouse.up();
  }

  /** Click into the (white) terminal and type a command line there. */
  async run(line: string): Promise<void> {
    const picture = await this.shows(
      'a terminal',
      p => p.count(WHITE) > 20_000
    );
    const { left, top } = picture.box(WHITE);
    await this.click(left + 200, top + 100);
    await this.page.keyboard.type(line, { delay: 15 });
    await this.page.keyboard.press('Enter');
  }
}

/** Run a function in the page of a desktop. */
export function inFrame<T>(
  desktop: Desktop,
  run: (body: HTMLElement | SVGElement) => T | Promise<T>
): Promise<T> {
  const frame = desktop.view.locator('iframe').contentFrame();
  return frame.locator('body').evaluate(run);
}

/** The terminal's and the desktop's own background. */
export const WHITE = [0xfa, 0xfa, 0xfa] as const;
export const BACKGROUND = [0x3b, 0x4a, 0x5a] as const;
export const RED = [0xcc, 0, 0] as const;

/** Runs in the page of the desktop. */
async function compose(
  body: HTMLElement | SVGElement
): Promise<{ width: number; height: number; data: string }> {
  const screen = body.querySelector('#screen');
  const { width, height } = (screen ?? body).getBoundingClientRect();
  const picture = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
  const context = picture.getContext('2d', { willReadFrequently: true });
  const layer = (canvas: HTMLCanvasElement) =>
    Number(getComputedStyle(canvas.parentElement ?? canvas).zIndex) || 0;
  const shown = [...body.querySelectorAll<HTMLCanvasElement>('#screen canvas')];
  shown
    .filter(({ width: w, height: h }) => w > 0 && h > 0)
    .filter(canvas => canvas.getClientRects().length > 0)
    .sort((a, b) => layer(a) - layer(b))
    .forEach(canvas => {
      const { left, top } = canvas.getBoundingClientRect();
      context?.drawImage(canvas, left, top);
    });
  const pixels = context?.getImageData(0, 0, picture.width, picture.height);
  const blob = new Blob(pixels ? [pixels.data] : []);
  const url = await new Promise<string>(resolve => {
    const reader = new FileReader();
    reader.onload = () => {
      resolve(reader.result as string);
    };
    reader.readAsDataURL(blob);
  });
  const data = url.slice(url.indexOf(',') + 1);
  return { width: picture.width, height: picture.height, data };
}

/**
 * The longest time between two frames while a list scrolls, with some long
 * jumps, in ms.
 */
export function smoothness(page: Page, list: string): Promise<number> {
  return page.evaluate(async selector => {
    const box = document.querySelector(selector);
    const frame = () =>
      new Promise<number>(resolve => {
        requestAnimationFrame(resolve);
      });
    let last = await frame();
    let slowest = 0;
    for (let step = 0; step < 60; step += 1) {
      box?.scrollBy(0, step % 10 === 0 ? box.scrollHeight / 10 : 150);
      const now = await frame();
      slowest = Math.max(slowest, now - last);
      last = now;
    }
    box?.scrollTo(0, 0);
    return Math.round(slowest);
  }, list);
}
