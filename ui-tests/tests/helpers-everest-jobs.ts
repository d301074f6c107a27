import type { Locator, Page } from '@playwright/test';

import { command, expect } from './helpers';
import { BASE } from './helpers-rest';

export { accounts, EverestProcess, forgetAccounts } from './helpers-everest';

/** Submit a job of an account as a script would; answers its id. */
export async function submit(
  account: string,
  app: string,
  inputs: object,
  name: string
): Promise<string> {
  const script = JSON.stringify({ app, inputs });
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
