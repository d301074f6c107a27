import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from '@playwright/test';
import { expect, test as base } from '@playwright/test';

import { DesktopPage, Recorder } from '../tools/desktop';
import { Rest } from './helpers-rest';

const test = base.extend<{ rest: Rest }>({
  rest: async ({ baseURL }, use) => {
    const rest = new Rest(baseURL ?? '');
    const before = (await rest.list()).map(({ id }) => id);
    await use(rest);
    await rest.clear(before);
  }
});

test.describe.configure({ timeout: 120_000 });
test.use({
  viewport: { width: 900, height: 600 },
  permissions: ['clipboard-read', 'clipboard-write']
});

const address = (id: string): string => `/jupyter-remote/s/${id}/`;
const TEXT = 'Привет, 世界! é 😀';

async function record(
  rest: Rest,
  page: Page
): Promise<[DesktopPage, Recorder, string]> {
  const recorder = new Recorder();
  const { command } = recorder;
  const { id } = await rest.start('program', { command });
  const desktop = await DesktopPage.open(page, address(id));
  await recorder.ready();
  return [desktop, recorder, id];
}

/** Width, height and colors of a picture, as the browser decodes it. */
async function picture(
  page: Page,
  data: string
): Promise<{ width: number; height: number; colors: number }> {
  return page.evaluate(async source => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    const all = context?.getImageData(0, 0, image.width, image.height).data;
    const colors = new Set(new Uint32Array(all?.buffer ?? new ArrayBuffer(0)));
    return { width: image.width, height: image.height, colors: colors.size };
  }, data);
}

test('the page opens before the desktop is ready and waits', async ({
  page,
  rest
}) => {
  const { id } = await rest.start('desktop');
  const desktop = await DesktopPage.open(page, address(id));
  const said = await desktop.messages('status');
  expect(said.map(({ status }) => status)).toEqual([
    'connecting',
    'connected',
    'painted'
  ]);
  await rest.until(id, 'running');
});

test('a page whose browser offers no hashes, as without TLS, logs in', async ({
  page,
  rest
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(window.crypto, 'subtle', { value: undefined });
  });
  const { id } = await rest.start('desktop');
  const desktop = await DesktopPage.open(page, address(id));
  const said = await desktop.messages('status');
  expect(said.at(-1)?.status).toBe('painted');
  expect(await rest.log(id)).toMatch(/also available:\s.*\s.*\bjpeg\b/);
});

test('what the login needs and cannot be had is said', async ({
  page,
  rest
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(window.crypto, 'subtle', { value: undefined });
  });
  await page.route('**/forge.js', route => route.abort());
  const { id } = await rest.start('desktop');
  await page.goto(address(id));
  await expect(page.locator('#jr-message')).toContainText('was not loaded');
});

test('the password is in the page and in no address', async ({
  page,
  rest
}) => {
  const addresses: string[] = [];
  page.on('request', request => addresses.push(request.url()));
  page.on('websocket', socket => addresses.push(socket.url()));
  const { id } = await rest.running('desktop');
  await DesktopPage.open(page, address(id));
  const password = await page.evaluate(
    () =>
      (window as unknown as { jupyterRemote: { password: string } })
        .jupyterRemote.password
  );
  expect(password.length).toBeGreaterThanOrEqual(32);
  expect(addresses.filter(text => text.includes(password))).toEqual([]);
  expect(addresses.some(text => text.startsWith('ws:'))).toBe(true);
});

test('text from the browser goes into X as Unicode', async ({ page, rest }) => {
  const [desktop, recorder] = await record(rest, page);
  await page.evaluate(text => navigator.clipboard.writeText(text), TEXT);
  const key = { code: 'Insert', key: 'Insert', vk: 45, shift: true };
  await desktop.typist.press(key, ['paste']);
  await recorder.gets(TEXT);
});

test('text from X goes into the browser and to Lab as Unicode', async ({
  page,
  rest
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'copy-'));
  const script = join(folder, 'script');
  const go = join(folder, 'go');
  writeFileSync(join(folder, 'text'), TEXT);
  const wait = `until [ -e ${go} ]; do sleep 0.1; done`;
  const copy = `xclip -selection clipboard ${folder}/text`;
  writeFileSync(script, `${wait}\n${copy}\nsleep 60\n`);
  const command = `xterm -e sh ${script}`;
  const { id: session } = await rest.start('program', { command });
  const desktop = await DesktopPage.open(page, address(session));
  writeFileSync(go, '');
  expect((await desktop.until('clipboard')).text).toBe(TEXT);
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe(TEXT);
  await desktop.tell('copy', { id: 7 });
  const { id, text } = await desktop.until('copied');
  expect({ id, text }).toEqual({ id: 7, text: TEXT });
});

test('the desktop follows the size of the tab', async ({ page, rest }) => {
  const { id } = await rest.start('desktop');
  const desktop = await DesktopPage.open(page, address(id));
  await page.setViewportSize({ width: 700, height: 500 });
  const size = async (): Promise<number[]> =>
    page.evaluate(() => {
      const canvas = document.querySelector('#screen canvas');
      const box = canvas?.getBoundingClientRect();
      return [box?.width ?? 0, box?.height ?? 0];
    });
  await expect.poll(size, { timeout: 15_000 }).toEqual([700, 500]);
  // the window is painted again, soon after the size has changed
  await expect
    .poll(
      async () => {
        await desktop.tell('screenshot', { id: 1 });
        await desktop.until('screenshot');
        const shots = await desktop.messages('screenshot');
        const shot = await picture(page, shots.at(-1)?.data ?? '');
        return [shot.width, shot.height, shot.colors > 2];
      },
      { timeout: 15_000 }
    )
    .toEqual([700, 500, true]);
});

test('a screenshot has the windows of a single program', async ({
  page,
  rest
}) => {
  const [desktop] = await record(rest, page);
  await desktop.tell('screenshot', { id: 2 });
  const { data } = await desktop.until('screenshot');
  expect(data).toMatch(/^data:image\/png;base64,/);
  expect((await picture(page, data ?? '')).colors).toBeGreaterThan(2);
});

test('every quality is accepted and painting goes on', async ({
  page,
  rest
}) => {
  const [desktop, recorder] = await record(rest, page);
  for (const value of ['lossless', 'low', 'auto', 'nonsense']) {
    await desktop.tell('quality', { value });
    recorder.forget();
    await desktop.typist.press({ code: 'KeyA', key: 'a', vk: 65 });
    await recorder.gets('a');
  }
  expect(await desktop.messages('status')).toHaveLength(3);
});

test('Ctrl+Alt+Home gives the keyboard back and types nothing', async ({
  page,
  rest
}) => {
  const [desktop, recorder] = await record(rest, page);
  const home = { code: 'Home', key: 'Home', vk: 36, ctrl: true, alt: true };
  recorder.forget();
  await desktop.typist.press(home);
  await desktop.until('release');
  await desktop.typist.press({ code: 'KeyA', key: 'a', vk: 65 });
  await recorder.gets('a');
});

test('input is activity, once a minute; an open tab alone is none', async ({
  page,
  rest
}) => {
  const posts: string[] = [];
  const statuses: number[] = [];
  page.on('response', response => {
    if (response.url().endsWith('/activity')) {
      posts.push(response.request().method());
      statuses.push(response.status());
    }
  });
  const [desktop, recorder] = await record(rest, page);
  expect(posts).toEqual([]);
  recorder.forget();
  for (const letter of ['a', 'b', 'c']) {
    await desktop.typist.press({ code: 'KeyA', key: letter, vk: 65 });
  }
  await recorder.gets('abc');
  await expect.poll(() => posts).toEqual(['POST']);
  expect(statuses[0]).toBeLessThan(300);
  expect(await desktop.messages('activity')).toHaveLength(1);
});

test('two tabs share one desktop', async ({ page, rest, context }) => {
  const [, recorder, id] = await record(rest, page);
  const second = await DesktopPage.open(await context.newPage(), address(id));
  recorder.forget();
  await second.typist.press({ code: 'KeyX', key: 'я', vk: 90 });
  await recorder.gets('я');
  await expect.poll(async () => (await rest.get(id)).clients).toBe(2);
  expect(page.url()).toContain(address(id));
});

test('the end of the session is said and the page stays', async ({
  page,
  rest
}) => {
  const [desktop, , id] = await record(rest, page);
  await rest.stop(id);
  await desktop.until('status', 'closed');
  expect(page.url()).toContain(address(id));
  await expect(page.getByRole('status')).toBeVisible();
});

test('a lost connection is made again', async ({ page, rest }) => {
  const [desktop, recorder] = await record(rest, page);
  await page.evaluate(() => {
    const remote = (
      window as unknown as { jupyterRemote: { client: { close(): void } } }
    ).jupyterRemote;
    remote.client.close();
  });
  await page.waitForEvent('load');
  await desktop.until('status', 'painted');
  recorder.forget();
  await desktop.typist.press({ code: 'KeyA', key: 'a', vk: 65 });
  await recorder.gets('a');
});

test('messages go to a frame of the same origin only', async ({
  page,
  rest,
  baseURL
}) => {
  const { id } = await rest.running('desktop');
  await page.goto(`${baseURL ?? ''}/static/favicon.ico`);
  await page.evaluate(source => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    window.addEventListener('message', event => {
      heard.push([event.origin, (event.data as { status?: string }).status]);
    });
    const frame = document.createElement('iframe');
    frame.src = source;
    frame.style.cssText = 'width: 800px; height: 500px';
    document.body.append(frame);
  }, address(id));
  const heard = async (): Promise<unknown> =>
    page.evaluate(() => (window as unknown as { heard: unknown }).heard);
  await expect
    .poll(heard, { timeout: 45_000 })
    .toContainEqual([baseURL, 'painted']);
});
