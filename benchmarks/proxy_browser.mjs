// Chromium under bench_proxy.py: what a page receives. One JSON request a line, one answer a line:
// {"page": address of its origin, "url": of the websocket, "ms"} -> {"mbs"}
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run']
});
const page = await browser.newPage();

/** MB/s of the messages that come in so many ms, after a quarter of that. */
function received({ url, ms }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onerror = () => reject(new Error(`no websocket at ${url}`));
    const warm = performance.now() + ms / 4;
    let began = 0;
    let bytes = 0;
    socket.onmessage = ({ data }) => {
      const now = performance.now();
      if (!began) {
        began = now > warm ? now : 0;
        return;
      }
      bytes += data.byteLength;
      if (now > began + ms) {
        socket.close();
        resolve({ mbs: bytes / 1048.576 / (now - began) });
      }
    };
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { page: origin, ...request } = JSON.parse(line);
  await page.goto(origin);
  console.log(JSON.stringify(await page.evaluate(received, request)));
}
await browser.close();
