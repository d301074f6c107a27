import { expect, galata, JupyterLabPage } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Browser, Page } from '@playwright/test';

/** What Lab may take to start on a busy machine, in ms: Galata's own 15 s are not an option of it. */
const START = 60_000;

JupyterLabPage.prototype.waitForCondition = async (
  condition,
  timeout = START
) => {
  const met = async () => {
    expect(await condition()).toBe(true);
  };
  await expect(met).toPass({ timeout, intervals: [50] });
};

/** Lab is there: splash gone, layout restored; whatever tab is in front. */
export async function ready(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await window.jupyterapp.restored;
  });
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
}

/**
 * Lab in a browser of its own, at any server. Galata's stand-ins for parts of
 * the server fail a test when there is none: `bare` does without them.
 */
export async function newLab(
  browser: Browser,
  baseURL: string,
  { bare = false } = {}
): Promise<IJupyterLabPageFixture> {
  const { page } = await galata.newPage({
    baseURL,
    browser,
    autoGoto: false,
    mockConfig: !bare,
    mockKernels: !bare,
    mockSessions: !bare,
    mockSettings: bare ? false : galata.DEFAULT_SETTINGS,
    mockState: !bare,
    mockTerminals: !bare,
    mockUser: !bare,
    waitForApplication: ready
  });
  await page.goto('?reset');
  return page;
}
