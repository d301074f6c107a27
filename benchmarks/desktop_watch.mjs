// What runs in the pages that are measured; handed over as source, so each stands alone.
/* global document, location, OffscreenCanvas, scheduler, window */

/** In every document: tells `jrTell` of clicks, marks and the first frame of a desktop. */
export function watch() {
  const marks = { document: Date.now() };
  const tell = (what, time = Date.now()) => {
    marks[what] ??= time;
    return window.jrTell?.({
      what,
      time: marks[what],
      marks,
      at: location.pathname
    });
  };
  window.jrWant = [0xfa, 0xfa, 0xfa];
  const inLab = /\/lab(\/|$)/.test(location.pathname);
  const small = new OffscreenCanvas(64, 40).getContext('2d', {
    willReadFrequently: true
  });

  /** Whether some pixels of a canvas have the colour of the terminal. */
  const shown = canvas => {
    small.clearRect(0, 0, 64, 40);
    small.drawImage(canvas, 0, 0, 64, 40);
    const { data } = small.getImageData(0, 0, 64, 40);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const near = window.jrWant.every(
        (value, k) => Math.abs(data[i + k] - value) < 12
      );
      count += near && data[i + 3] > 0;
    }
    return count >= 8;
  };
  const terminal = page =>
    [...page.querySelectorAll('canvas')]
      .filter(canvas => canvas.width >= 200 && canvas.height >= 150)
      .some(shown);
  const look = () => {
    if (terminal(document)) {
      tell('painted');
    } else {
      window.requestAnimationFrame(look);
    }
  };

  const lab = () => {
    // Lab covers the desktop's frame until it is told that it painted; a frame that was painted
    // before may have another size since.
    const open = document.querySelector(
      '.jp-RemoteSession[data-phase="open"] iframe'
    );
    if (window.jrClicked && open && terminal(open.contentDocument)) {
      window.jrClicked = false;
      delete marks.uncovered;
      tell('uncovered');
    }
    window.requestAnimationFrame(lab);
  };
  const clicked = event => {
    if (event.target.closest?.('.jp-LauncherCard')) {
      delete marks.click;
      window.jrClicked = true;
      tell('click');
    }
  };
  if (inLab) {
    window.addEventListener('click', clicked, true);
    window.requestAnimationFrame(lab);
    return;
  }
  // before the page's own, which lets no key pass
  for (const kind of ['keydown', 'mousedown']) {
    window.addEventListener(kind, event => window.jrBegin?.(event), true);
  }
  window.addEventListener(
    'jupyter-remote',
    ({ detail }) => detail.status && tell(detail.status)
  );
  // a window that was just opened keeps what hangs on it, and gets another document
  window.addEventListener('DOMContentLoaded', () => {
    void tell('scripts');
    window.requestAnimationFrame(look);
  });
  window.addEventListener('load', () => tell('loaded'));
}

/** The canvas that shows the probe's picture. */
export function findCanvas() {
  const all = [...document.querySelectorAll('canvas')].filter(
    c => c.width >= 600
  );
  const has = canvas =>
    canvas.getContext('2d')?.getImageData(96, 32, 1, 1).data[0] > 230;
  window.jrCanvas = all.find(has);
  if (!window.jrCanvas) {
    throw new Error('the probe is not seen');
  }
  window.jrContext = window.jrCanvas.getContext('2d');
}

/** Ready to time the next key or button: milliseconds from the event until the block flips. */
export function armFlip(kind) {
  const block = () => window.jrContext.getImageData(32, 32, 1, 1).data[0] > 128;
  const before = block();
  window.jrFlip = new Promise((resolve, reject) => {
    const begin = event => {
      const start = event.timeStamp;
      const poll = () => {
        const now = performance.now();
        if (block() !== before) {
          resolve(now - start);
        } else if (now - start < 4000) {
          void scheduler.postTask(poll, { delay: 1 });
        }
      };
      poll();
    };
    window.jrBegin = event => {
      if (event.type === kind) {
        window.jrBegin = undefined;
        begin(event);
      }
    };
    setTimeout(() => reject(new Error(`no answer to a ${kind}`)), 4000);
  });
  return true;
}

/** Frames per second that are seen, and their median age in ms when they are. */
export async function watchVideo(milliseconds) {
  const [bit, top] = [16, 128];
  const ages = [];
  const start = Date.now();
  let last = -1;
  while (Date.now() < start + milliseconds) {
    await new Promise(done => window.requestAnimationFrame(done));
    const { data } = window.jrContext.getImageData(
      0,
      top + bit / 2,
      32 * bit,
      1
    );
    let clock = 0;
    for (let i = 0; i < 32; i += 1) {
      clock += data[4 * (i * bit + bit / 2)] > 128 ? 2 ** i : 0;
    }
    if (clock !== last) {
      const now = Date.now();
      ages.push((now % 2 ** 32) - clock);
      last = clock;
    }
  }
  ages.shift();
  ages.sort((a, b) => a - b);
  const seconds = (Date.now() - start) / 1000;
  return {
    fps: ages.length / seconds,
    age: ages[Math.floor(ages.length / 2)] ?? NaN
  };
}
