import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Desktop, dialogButton, expect, test } from './helpers';
import { BASE, Rest } from './helpers-rest';
import { axe } from './helpers-share';

test.describe.configure({ timeout: 180_000 });
test.use({ viewport: { width: 1200, height: 800 } });

const TEXT = 'naïve “Привет” 日本語 🙂 end';
const HOME = process.env['JUPYTER_REMOTE_UI_HOME'] ?? '/tmp';
const GIVEN = join(HOME, 'given');
const TAKEN = join(HOME, 'taken');

/** One desktop for all tests here. */
const rest = new Rest(BASE);
let id = '';

test.beforeAll(async () => {
  ({ id } = await rest.running('desktop'));
});

test.afterAll(async () => {
  await rest.clear();
});

test.beforeEach(() => {
  rmSync(TAKEN, { force: true });
});

/** What a program of the desktop was pasted. */
function taken(): string {
  try {
    return readFileSync(TAKEN, 'utf8');
  } catch {
    return '';
  }
}

/** A program of the desktop puts the text on the clipboard there. */
async function copyThere(desktop: Desktop, text: string): Promise<void> {
  writeFileSync(GIVEN, text);
  await desktop.run(`clear; xclip -sel c ${GIVEN}; touch ${TAKEN}-copied`);
  await expect.poll(() => exists(`${TAKEN}-copied`)).toBe(true);
  rmSync(`${TAKEN}-copied`);
}

/** What is done pastes a text, which is seen; keys before that would arrive before it. */
async function pasted(
  desktop: Desktop,
  paste: () => Promise<void>
): Promise<void> {
  const before = await desktop.still();
  await paste();
  // more than a cursor that lost the focus
  await desktop.shows('the text', p => p.difference(before) > 400);
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

test('text is copied and pasted both ways where the browser allows it', async ({
  page,
  context
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const desktop = await new Desktop(page, id).open();
  await copyThere(desktop, TEXT);
  // The text arrives in the page a moment after it was copied.
  await expect
    .poll(async () => {
      await desktop.button('Copy the text').click();
      return page.evaluate(() => navigator.clipboard.readText());
    })
    .toBe(TEXT);

  const other = `${TEXT} in`;
  await page.evaluate(text => navigator.clipboard.writeText(text), other);
  await desktop.run(`clear; cat > ${TAKEN}`);
  await pasted(desktop, () => desktop.button('Put the text').click());
  await page.keyboard.press('Enter');
  await expect.poll(taken).toBe(`${other}\n`);
  await page.keyboard.press('Control+d');
  // A program that reads the clipboard gets the same.
  await desktop.run(`clear; xclip -o -sel c > ${TAKEN}`);
  await expect.poll(taken).toBe(other);
});

test('text is copied and pasted both ways where the browser forbids it', async ({
  page,
  context
}, info) => {
  // What is not granted here is denied.
  await context.grantPermissions([]);
  const desktop = await new Desktop(page, id).open();
  await copyThere(desktop, TEXT);
  const shown = page.locator('.jp-RemoteTextArea textarea');
  await expect
    .poll(async () => {
      await desktop.button('Copy the text').click();
      const text = await shown.inputValue();
      if (text !== TEXT) {
        await dialogButton(page, 'Close').click();
      }
      return text;
    })
    .toBe(TEXT);
  await axe(page, '.jp-Dialog');
  await page.screenshot({ path: info.outputPath('copy-dialog.png') });
  await dialogButton(page, 'Close').click();

  const other = `${TEXT} in`;
  await desktop.run(`clear; cat > ${TAKEN}`);
  await pasted(desktop, async () => {
    await desktop.button('Put the text').click();
    await shown.fill(other);
    await axe(page, '.jp-Dialog');
    await page.screenshot({ path: info.outputPath('paste-dialog.png') });
    await dialogButton(page, 'Paste').click();
    await expect(shown).toHaveCount(0);
  });
  await page.keyboard.press('Enter');
  await expect.poll(taken).toBe(`${other}\n`);
  await page.keyboard.press('Control+d');
});

test('the keyboard is released by a key and by a button', async ({
  page
}, info) => {
  const desktop = await new Desktop(page, id).open();
  const frame = desktop.view.locator('iframe');
  const hint = desktop.view.locator('.jp-RemoteHint-text');
  await desktop.click(40, 40);
  await expect(frame).toBeFocused();
  await expect(hint).toContainText('Ctrl+Alt+Home');
  await page.screenshot({ path: info.outputPath('keyboard-hint.png') });
  await page.keyboard.press('Control+Alt+Home');
  await expect(frame).not.toBeFocused();
  await expect(hint).toHaveCount(0);
  // Lab has its keys again: the palette opens.
  await page.keyboard.press('Control+Shift+c');
  await expect(page.locator('#modal-command-palette')).toBeVisible();
  await page.keyboard.press('Escape');

  await desktop.click(40, 40);
  await expect(frame).toBeFocused();
  await desktop.button('Release keyboard').click();
  await expect(frame).not.toBeFocused();
  await desktop.button('Use keyboard').click();
  await expect(frame).toBeFocused();
});

test('full screen, quality and screenshots', async ({
  page,
  tmpPath
}, info) => {
  const desktop = await new Desktop(page, id).open();
  const quality = desktop.tab.getByLabel('Picture quality');
  for (const value of ['lossless', 'low', 'auto']) {
    await quality.selectOption(value);
    await expect(quality).toHaveValue(value);
  }
  await quality.selectOption('lossless');
  await desktop.run(`clear; touch ${TAKEN}`);
  await expect.poll(() => exists(TAKEN)).toBe(true);

  const picture = await desktop.still();
  await desktop.button('Save a picture').click();
  const item = page.locator('.jp-DirListing-item[title*=".png"]').first();
  await expect(item).toBeVisible();
  await page.screenshot({ path: info.outputPath('screenshot.png') });
  const folder = await page.contents.getContentMetadata(tmpPath, 'directory');
  const [file] = (folder?.content ?? []) as { name: string; path: string }[];
  expect(file?.name).toMatch(/^desktop-\d{4}-\d\d-\d\d-\d{6}\.png$/);
  const answer = await page.request.get(`/files/${file?.path ?? ''}`);
  const bytes = await answer.body();
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.readUInt32BE(16)).toBe(picture.width);
  expect(bytes.readUInt32BE(20)).toBe(picture.height);
  const same = await page.evaluate(async data => {
    const image = await createImageBitmap(
      await (await fetch(`data:image/png;base64,${data}`)).blob()
    );
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    const pixel = context?.getImageData(
      image.width - 8,
      image.height - 8,
      1,
      1
    );
    return [...(pixel?.data ?? [])].slice(0, 3);
  }, bytes.toString('base64'));
  expect(same).toEqual([...picture.at(picture.width - 8, picture.height - 8)]);

  await desktop.button('full screen').click();
  await expect
    .poll(() => page.evaluate(() => document.fullscreenElement?.className))
    .toContain('jp-RemoteSession');
  await expect
    .poll(async () => (await desktop.picture()).width)
    .toBeGreaterThan(picture.width);
  await expect(desktop.view.locator('iframe')).toBeFocused();
  await page.evaluate(() => document.exitFullscreen());
  await desktop.shows('its old size', p => p.width === picture.width);
});
