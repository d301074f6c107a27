import type { Browser, Page } from '@playwright/test';

import { expect } from './helpers';

/** A user's server starts, and Lab in it, on a busy machine, in ms. */
export const STARTING = 120_000;

/** Somebody with a browser of their own, at the hub. */
export class Visitor {
  private constructor(
    readonly page: Page,
    private readonly _hub: string,
    private readonly _name: string
  ) {}

  static async come(
    browser: Browser,
    hub: string,
    name: string
  ): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: { width: 1300, height: 820 }
    });
    return new Visitor(await context.newPage(), hub, name);
  }

  /** Type a name and a password into the hub's page, which is there. */
  async signIn(): Promise<void> {
    const { page } = this;
    await page.locator('#username_input').fill(this._name);
    await page.locator('#password_input').fill('x');
    await page.locator('#login_submit').click();
  }

  /** Choose an image in the hub's form, which is there or comes, and wait for Lab. */
  async startServer(image: string): Promise<void> {
    const { page } = this;
    await page.locator('input[name=image]').fill(image);
    await page.locator('#spawn_form button[type=submit]').click();
    await this.lab();
  }

  /** Stop my own server by the hub's page. */
  async stopServer(): Promise<void> {
    const { page } = this;
    await page.goto(`${this._hub}hub/home`);
    await page.locator('#stop').click();
    await expect(page.locator('#start')).toHaveText(/Start My Server/, {
      timeout: STARTING
    });
  }

  /** Wait for Lab. */
  async lab(page = this.page): Promise<Page> {
    // It loads itself once more when another tab has its workspace.
    await expect(async () => {
      await page.evaluate(async () => {
        await window.jupyterapp.restored;
      });
      const splash = page.locator('#jupyterlab-splash');
      await expect(splash).toHaveCount(0, { timeout: 5_000 });
    }).toPass({ timeout: STARTING });
    return page;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
