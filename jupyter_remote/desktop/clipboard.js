/* The clipboard, both ways, as Unicode, and pasting into programs; quality; screenshots.
 *
 * Xpra carries text as UTF-8 bytes, each byte a character of a string. Its HTML5 client 3.1
 * forgets that in two of four places; all four are replaced here.
 */
/* global XpraClient */
'use strict';

(remote => {
  const SELECTIONS = ['CLIPBOARD', 'PRIMARY'];
  const WAIT = 100; // ms; a paste event comes right after its key, or never
  const QUALITY = {
    auto: { quality: -1, 'min-quality': 30, speed: -1, 'min-speed': 30 },
    lossless: { 'min-quality': 100, quality: 100, 'min-speed': 0, speed: -1 },
    low: { 'min-quality': 0, quality: 25, 'min-speed': 30, speed: -1 }
  };
  const texts = { CLIPBOARD: '', PRIMARY: '' };
  let latest = 'CLIPBOARD';
  let quality = ''; // the last one that was asked for
  let offered = null; // text that the browser's clipboard did not take yet

  const toWire = text => unescape(encodeURIComponent(text));
  const fromWire = data => {
    const bytes =
      typeof data === 'string'
        ? Uint8Array.from(data, character => character.charCodeAt(0))
        : Uint8Array.from(data ?? []);
    if (typeof data === 'string' && /[^\0-\xff]/.test(data)) {
      return data; // this client has decoded it
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder('latin1').decode(bytes);
    }
  };

  /* ---- browser -> X ---- */

  const own = (selection, text) => {
    texts[selection] = text;
    const kinds = ['UTF8_STRING', 'text/plain;charset=utf-8', 'text/plain'];
    const data = ['UTF8_STRING', 'UTF8_STRING', 8, 'bytes', toWire(text)];
    const token = [
      remote.packet('clipboard_token'),
      selection,
      kinds,
      ...data,
      true,
      true,
      true
    ];
    remote.client?.send(token);
  };

  /* Give X a text; `insert` also pastes it, by the key that pastes nearly everywhere. */
  remote.paste = (text, insert) => {
    SELECTIONS.forEach(selection => own(selection, text));
    latest = 'CLIPBOARD';
    if (insert && text) {
      remote.tap('Insert', ['shift']);
    }
  };

  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  remote.isPaste = event => {
    const control = isMac ? event.metaKey : event.ctrlKey;
    const letter =
      event.keyCode === 86 || event.key === 'v' || event.key === 'V';
    return (
      (control && !event.altKey && letter) ||
      (event.shiftKey && event.key === 'Insert')
    );
  };

  let pasted = null;
  remote.nextPaste = () =>
    new Promise(done => {
      pasted?.();
      pasted = done;
      setTimeout(done, WAIT);
    });

  window.addEventListener(
    'paste',
    event => {
      event.stopImmediatePropagation();
      event.preventDefault();
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text && (text !== texts.CLIPBOARD || text !== texts.PRIMARY)) {
        remote.paste(text, false);
      }
      pasted?.();
    },
    true
  );

  /* Text copied elsewhere is in X before a menu's "paste" asks: only where that is allowed. */
  const look = async () => {
    try {
      const permission = await navigator.permissions.query({
        name: 'clipboard-read'
      });
      if (
        permission.state === 'granted' &&
        document.hasFocus() &&
        remote.client?.connected
      ) {
        const text = await navigator.clipboard.readText();
        if (text && text !== texts.CLIPBOARD) {
          own('CLIPBOARD', text);
        }
      }
    } catch {
      // not every browser has this permission
    }
  };
  window.addEventListener('focus', () => void look());

  /* ---- X -> browser ---- */

  const offer = async text => {
    offered = text;
    try {
      await navigator.clipboard.writeText(text);
      offered = null;
    } catch {
      // without focus or permission: at the next key or click, see below
    }
  };

  const copyNow = () => {
    if (offered !== null) {
      document.execCommand('copy');
    }
  };
  window.addEventListener(
    'copy',
    event => {
      event.stopImmediatePropagation();
      if (offered !== null) {
        event.preventDefault();
        event.clipboardData?.setData('text/plain', offered);
        offered = null;
      }
    },
    true
  );
  window.addEventListener('keyup', copyNow, true);
  window.addEventListener('pointerup', copyNow, true);

  const isText = kind => /text|string/i.test(String(kind));
  const received = packet => {
    const [, selection, , target, type, , , data] = packet;
    if (
      !SELECTIONS.includes(selection) ||
      !isText(type || target) ||
      !data?.length
    ) {
      return;
    }
    const text = fromWire(data);
    latest = selection;
    if (text === texts[selection]) {
      return;
    }
    texts[selection] = text;
    if (selection === 'CLIPBOARD') {
      void offer(text);
      remote.post('clipboard', { text });
    }
  };

  const answer = packet => {
    const [, request, selection] = packet;
    const text = texts[selection] ?? '';
    const none = [remote.packet('clipboard_contents_none'), request, selection];
    const data = ['UTF8_STRING', 8, 'bytes', toWire(text)];
    const some = [
      remote.packet('clipboard_contents'),
      request,
      selection,
      ...data
    ];
    remote.client?.send(text ? some : none);
  };

  remote.adjustHello = capabilities => {
    const nested = capabilities.clipboard;
    if (nested && typeof nested === 'object') {
      nested.selections = SELECTIONS;
    } else {
      capabilities['clipboard.selections'] = SELECTIONS;
    }
  };

  if (typeof XpraClient === 'function') {
    const P = XpraClient.prototype;
    P._process_clipboard_token = received;
    P._process_clipboard_request = answer;
    P._poll_clipboard = () => false;
  }

  /* ---- what the Lab tab asks for ---- */

  const screenshot = () => {
    const area = remote.client.container.getBoundingClientRect();
    const picture = document.createElement('canvas');
    picture.width = area.width;
    picture.height = area.height;
    const context = picture.getContext('2d');
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, area.width, area.height);
    const height = canvas =>
      Number(getComputedStyle(canvas.parentElement).zIndex) || 0;
    const canvases = [...document.querySelectorAll('#screen canvas')].filter(
      canvas => canvas.width && canvas.getClientRects().length
    );
    for (const canvas of canvases.sort((a, b) => height(a) - height(b))) {
      const box = canvas.getBoundingClientRect();
      context.drawImage(
        canvas,
        box.left - area.left,
        box.top - area.top,
        box.width,
        box.height
      );
    }
    return picture.toDataURL('image/png');
  };

  Object.assign(remote.actions, {
    paste: ({ text, insert }) =>
      remote.paste(String(text ?? ''), Boolean(insert)),
    copy: ({ id }) => remote.post('copied', { id, text: texts[latest] }),
    screenshot: ({ id }) =>
      remote.post('screenshot', { id, data: screenshot() }),
    quality: ({ value }) => {
      // Xpra paints everything anew for each: once, and the usual one after the first picture
      const early = value === 'auto' && remote.status !== 'painted';
      if (value === quality || early || !remote.client) {
        return;
      }
      quality = value;
      for (const [name, number] of Object.entries(QUALITY[value] ?? {})) {
        remote.client.send([name, number]);
      }
    }
  });
})(window.jupyterRemote);
