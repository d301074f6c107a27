import type { Locator, Page } from '@playwright/test';

import { command, dialogButton, expect, test } from './helpers';
import { accounts, EverestProcess, forgetAccounts } from './helpers-everest';
import { BASE } from './helpers-rest';

/** A stand-in for all tests of a file, on which there is one account. */
export function standIn(account: string): EverestProcess {
  const everest = new EverestProcess();
  test.beforeAll(async () => {
    await everest.start();
    const { url, token } = everest;
    await accounts('POST', '', { url, token, name: account });
  });
  test.afterAll(async () => {
    await forgetAccounts();
    await everest.stop();
  });
  return everest;
}

/** Submit a job of an account as a script would; answers its id. */
export async function submit(
  account: string,
  app: string,
  inputs: object,
  name: string,
  resources: readonly string[] = []
): Promise<string> {
  const script = JSON.stringify({ app, inputs, resources });
  const response = await fetch(`${BASE}/jupyter-remote/jobs`, {
    method: 'POST',
    body: JSON.stringify({ backend: `everest:${account}`, script, name })
  });
  const { job_id } = (await response.json()) as { job_id: string };
  return job_id;
}

/** The details of a job, in the tab in front. */
export async function details(
  page: Page,
  account: string,
  id: string
): Promise<Locator> {
  const job = `everest:${account}/${id}`;
  await command(page, 'jupyter-remote:show-job', { job });
  const view = page.locator('.jp-RemoteDetails:visible');
  await expect(view).toBeVisible();
  return view;
}

/** Wait until the tab says this of its job; nobody else looks at it. */
export async function ended(
  page: Page,
  view: Locator,
  word: string
): Promise<void> {
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    const state = view.locator('.jp-RemoteDetails-state');
    await expect(state).toHaveText(word, { timeout: 2_000 });
  }).toPass({ timeout: 45_000 });
}

/** The form of sweeps in the tab in front. */
export class SweepForm {
  constructor(private readonly _page: Page) {
    this.place = _page.locator('.jp-RemoteSweep-form:visible');
    this.count = this.place.locator('[data-outcome]');
    this.files = this.place.locator('[data-field="files"]');
  }

  readonly place: Locator;
  /** How many tasks there will be, or what came of them. */
  readonly count: Locator;
  readonly files: Locator;

  async open(): Promise<this> {
    await command(this._page, 'jupyter-remote:everest-sweep');
    return this;
  }

  cell(label: string): Locator {
    return this.place.getByLabel(label, { exact: true });
  }

  button(name: string): Locator {
    return this.place.getByRole('button', { name, exact: true });
  }

  /** A range of values of the first parameter. */
  async range(name: string, first: string, last: string): Promise<void> {
    await this.cell('Name of parameter 1').fill(name);
    await this.cell(`Kind of values of ${name}`).selectOption('range');
    await this.cell(`First value of ${name}`).fill(first);
    await this.cell(`Last value of ${name}`).fill(last);
  }

  /** One more parameter, from the keyboard, which is in a row. */
  async another(name: string, values: string): Promise<void> {
    await this._page.keyboard.press('Enter');
    await this._page.keyboard.type(name);
    await this.cell(`Values of ${name}`).fill(values);
  }

  /** Choose a file of the folder that is shown. */
  async choose(file: string): Promise<void> {
    await this.button('Choose files for Input files').click();
    await this._page.locator('.jp-Open-Dialog').getByText(file).click();
    await dialogButton(this._page, 'Select').click();
    await expect(this.files.locator('li')).toContainText([file]);
  }
}

/**
 * Unpack the results of the sweep whose details are shown, with the output that
 * is proposed, which is this one; answers the rows of their table.
 */
export async function unpack(
  page: Page,
  view: Locator,
  output = 'stdout'
): Promise<Locator> {
  await view.getByRole('button', { name: 'Unpack Results…' }).click();
  await expect(page.locator('.jp-Dialog input')).toHaveValue(output);
  await dialogButton(page, 'Unpack').click();
  return view.locator('.jp-RemoteEverest-table tbody tr');
}

/** Drag a file of the file browser to a part of the page. */
export async function drag(
  page: Page,
  file: string,
  target: Locator
): Promise<void> {
  await command(page, 'filebrowser:activate');
  const item = page.locator('.jp-DirListing-item', { hasText: file });
  await target.scrollIntoViewIfNeeded();
  const place = await target.boundingBox();
  await item.hover();
  await page.mouse.down();
  // What lies over the page while something is dragged takes no hover.
  const [x, y] = [(place?.x ?? 0) + 30, (place?.y ?? 0) + 10];
  await page.mouse.move(x, y, { steps: 5 });
  await expect(target).toHaveClass(/jp-mod-dropTarget/);
  await page.mouse.up();
}

/** What Lab stores of the layout of the page, when these texts are in it. */
export async function stored(page: Page, ...texts: string[]): Promise<string> {
  const request = await page.waitForRequest(
    asked =>
      asked.url().includes('/api/workspaces') &&
      texts.every(text => (asked.postData() ?? '').includes(text))
  );
  return request.postData() ?? '';
}
