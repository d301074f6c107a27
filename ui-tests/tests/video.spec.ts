import {
  BACKGROUND,
  Desktop,
  expect,
  inFrame,
  PATIENCE,
  RED,
  test
} from './helpers';

test.describe.configure({ timeout: 180_000 });
test.use({ viewport: { width: 1200, height: 800 } });

interface IClient {
  jupyterRemote: {
    client: {
      id_to_window: Record<
        string,
        | {
            paint: (...packet: unknown[]) => void;
            offscreen_canvas_ctx: CanvasRenderingContext2D;
          }
        | undefined
      >;
      supported_encodings: string[];
    };
  };
  XpraWindow: { prototype: { do_paint: (...packet: unknown[]) => void } };
  jrPainted: Record<string, string[]>;
}

/**
 * Two pictures of 64x64 in one colour (Y, Cb, Cr: 63, 102, 240 and 32, 240, 118), the first
 * one for itself, as Xpra 3.1's own encoder (enc_x264, baseline) wrote them.
 */
const STREAM = [
  'AAAAAWdCwArbEJoQAAADABAAAAMDKPEibgAAAAFoyoBDyAAAAAFliIQK///8EUUAATH/HAAEm2OAANg0nJydddddddddddde',
  'AAAAAUGIiCv///BFFAAFKvxwABsGjgACGnJycnXXXXXXXXXXXXg='
];

/** Note for each kind of picture how its paintings ended: an error, or nothing. */
function note(desktop: Desktop): Promise<void> {
  return inFrame(desktop, () => {
    const page = window as unknown as IClient;
    const { prototype } = page.XpraWindow;
    const paint = prototype.do_paint;
    page.jrPainted = {};
    prototype.do_paint = function (...packet) {
      const done = packet[9] as (error?: string) => void;
      packet[9] = (error?: string) => {
        (page.jrPainted[packet[4] as string] ??= []).push(error ?? '');
        done(error);
      };
      paint.apply(this, packet);
    };
  });
}

const painted = (desktop: Desktop) =>
  inFrame(desktop, () => (window as unknown as IClient).jrPainted);

const encodings = (desktop: Desktop) =>
  inFrame(
    desktop,
    () =>
      (window as unknown as IClient).jupyterRemote.client.supported_encodings
  );

/** A terminal full of colours that change all the time, until a key is pressed. */
const MOVES = String.raw`awk 'BEGIN{for(;;){s="\033[H";for(i=0;i<1900;i++)s=s"\033[48;5;"int(16+rand()*216)"m ";printf"%s",s}}' & read -n 1; kill $!`;

/** Pictures move, and all are painted. */
async function moves(desktop: Desktop): Promise<void> {
  await desktop.run(MOVES);
  const seen = async () => Object.values(await painted(desktop)).flat();
  await expect
    .poll(async () => (await seen()).length, { timeout: PATIENCE })
    .toBeGreaterThan(20);
  expect((await seen()).filter(Boolean)).toEqual([]);
}

test('H.264 is asked for where the browser decodes it, and all is painted', async ({
  page,
  rest
}) => {
  const { id } = await rest.running('desktop');
  const desktop = await new Desktop(page, id).open();
  expect(await encodings(desktop)).toContain('h264');
  await note(desktop);
  // How many of them are H.264 is Xpra's choice, by what it measures.
  await moves(desktop);
  // Its colours are those of the other pictures.
  const shown = await desktop.picture();
  expect(shown.count(BACKGROUND)).toBeGreaterThan(20_000);
  await page.keyboard.press('q');
  await desktop.run("printf '\\e[41m\\e[2J'");
  await desktop.shows('red', p => p.count(RED) > 20_000);
});

test('where it does not, as on pages without TLS, Xpra sends none', async ({
  page,
  rest
}) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'VideoDecoder');
  });
  await page.reload();
  const { id } = await rest.running('desktop');
  const desktop = await new Desktop(page, id).open();
  expect(await encodings(desktop)).not.toContain('h264');
  await note(desktop);
  await moves(desktop);
  expect(Object.keys(await painted(desktop))).not.toContain('h264');
});

test('what Xpra encodes is decoded, in the colours of ITU-R BT.601', async ({
  page,
  rest
}) => {
  const { id } = await rest.running('desktop');
  const desktop = await new Desktop(page, id).open();
  const frame = desktop.view.locator('iframe').contentFrame();
  const seen = await frame.locator('body').evaluate(async (_, stream) => {
    const { client } = (window as unknown as IClient).jupyterRemote;
    const [shown] = Object.values(client.id_to_window);
    const paint = (text: string, frame: number) =>
      new Promise(resolve => {
        const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
        const options = { frame, type: frame ? 'I' : 'IDR' };
        const end = (error?: string) => {
          const at = shown?.offscreen_canvas_ctx.getImageData(20, 20, 1, 1);
          resolve(error ?? [...(at?.data ?? [])].slice(0, 3));
        };
        shown?.paint(0, 0, 64, 64, 'h264', bytes, 1, 0, options, end);
      });
    return [await paint(stream[0] ?? '', 0), await paint(stream[1] ?? '', 1)];
  }, STREAM);
  const near = (colour: number[]) =>
    colour.map(value => expect.closeTo(value, -1.2) as unknown as number);
  expect(seen).toEqual([near([233, 0, 2]), near([3, 0, 244])]);
});

test('a picture that cannot be decoded is told, and the next one is shown', async ({
  page,
  rest
}) => {
  const { id } = await rest.running('desktop');
  const desktop = await new Desktop(page, id).open();
  await note(desktop);
  await inFrame(desktop, () => {
    const { client } = (window as unknown as IClient).jupyterRemote;
    const [shown] = Object.values(client.id_to_window);
    const bytes = new Uint8Array([0, 0, 0, 1, 0x65, 1, 2, 3]);
    for (const frame of [0, 1]) {
      const options = { frame, type: frame ? 'P' : 'IDR' };
      const end = () => undefined;
      shown?.paint(0, 0, 64, 64, 'h264', bytes, 1, 0, options, end);
    }
  });
  await expect
    .poll(async () => (await painted(desktop)).h264?.length ?? 0)
    .toBe(2);
  const { h264 = [] } = await painted(desktop);
  expect(h264.every(Boolean)).toBe(true);
  await desktop.run("printf '\\e[41m\\e[2J'");
  await desktop.shows('red', p => p.count(RED) > 20_000);
});
