/* Between Xpra's HTML5 client and the Lab tab around it: settings, connection, messages.
 *
 * Loaded after the client's scripts and before they run. It replaces methods of XpraClient
 * by name; a client without them is refused with a sentence. keyboard.js and clipboard.js
 * hang their parts on the same object, window.jupyterRemote.
 */
/* global PACKET_TYPES, Utilities, XpraClient, XpraProtocol, XpraProtocolWorkerHost */
'use strict';

(remote => {
  const SOURCE = 'jupyter-remote';
  const NEEDED = [
    'connect',
    'init_packet_handlers',
    '_screen_resized',
    '_make_hello',
    'close'
  ];
  const MINUTE = 60000;
  const TRIES = 5;
  const UNKNOWN = '?'; // a password that will be known when it is wanted
  const DRAWN = /^damage-sequence$|draw-ack$/; // says that a picture is on the canvas
  const CONNECT_TIMEOUT = 120000;
  const inFrame = window.parent !== window;

  remote.before = []; // promises that the connection waits for
  remote.dial = (client, original) => original();
  remote.client = null;
  remote.status = '';

  remote.post = (type, fields) => {
    const message = { source: SOURCE, type, ...fields };
    if (inFrame) {
      window.parent.postMessage(message, window.location.origin);
    }
    window.dispatchEvent(new CustomEvent(SOURCE, { detail: message }));
  };

  remote.setStatus = (status, message) => {
    if (status === remote.status) {
      return;
    }
    remote.status = status;
    remote.said = message ? { status, message } : { status };
    remote.post('status', remote.said);
    if (status === 'connected') {
      sessionStorage.removeItem(triesKey());
    }
    show(status === 'closed' ? message || 'The session has ended.' : '');
  };

  const show = text => {
    let box = document.getElementById('jr-message');
    if (!box && text) {
      box = document.createElement('div');
      box.id = 'jr-message';
      box.setAttribute('role', 'status');
      document.body.append(box);
    }
    if (box) {
      box.textContent = text;
      box.classList.toggle('jr-shown', text !== '');
    }
  };

  /* Call `around(original, ...arguments)` instead of a method, whoever calls it and how. */
  remote.wrap = (prototype, name, around) => {
    const original = prototype[name];
    if (typeof original === 'function') {
      prototype[name] = function (...args) {
        return around.call(
          this,
          (...given) => original.apply(this, given),
          ...args
        );
      };
    }
  };

  /* The name of a packet: newer clients keep them in a table. */
  remote.packet = name =>
    (typeof PACKET_TYPES === 'object' && PACKET_TYPES[name]) ||
    name.replaceAll('_', '-');

  /* ---- the connection ---- */

  const triesKey = () => `jupyter-remote-tries:${remote.record}`;
  const pause = ms => new Promise(done => setTimeout(done, ms));

  /* After a lost connection: ended for good, or worth a fresh start of this page? */
  const lost = async reason => {
    remote.setStatus('connecting');
    await remote.adopted; // until then the page does not know whose record to ask for
    for (let wait = 300; ; wait = Math.min(2 * wait, 10000)) {
      await pause(wait);
      const state = await sessionState();
      if (state.ended) {
        remote.setStatus('closed', state.reason);
        return;
      }
      if (state.known) {
        again(reason);
        return;
      }
    }
  };

  const sessionState = async () => {
    try {
      const answer = await fetch(remote.record, { credentials: 'same-origin' });
      if (answer.status === 404 || answer.status === 410) {
        return { ended: true, reason: '' };
      }
      const record = await answer.json();
      const ended = ['stopped', 'failed', 'lost'].includes(record.state);
      return {
        ended,
        known: answer.ok && record.state !== 'stopping',
        reason: record.reason
      };
    } catch {
      return {};
    }
  };

  const again = reason => {
    const tries = Number(sessionStorage.getItem(triesKey()) || 0) + 1;
    sessionStorage.setItem(triesKey(), String(tries));
    if (tries > TRIES) {
      sessionStorage.removeItem(triesKey());
      remote.setStatus(
        'closed',
        `The desktop cannot be reached.\n${reason || ''}`
      );
    } else {
      window.location.reload();
    }
  };

  let closing = false;
  const closed = reason => {
    if (!closing) {
      closing = true;
      void lost(reason);
    }
  };

  /* ---- the client ---- */

  const setUp = () => {
    Utilities.getparam = name =>
      name === 'password'
        ? remote.password || UNKNOWN
        : (remote.parameters[name] ?? null);
    const P = XpraClient.prototype;
    // the client's page assigns its own way out (to connect.html): it is not taken
    Object.defineProperty(P, 'callback_close', {
      get: () => closed,
      set() {}
    });
    remote.wrap(P, 'connect', function (original) {
      remote.client = this;
      // the proxy holds the handshake until Xpra listens
      this.OPEN_TIMEOUT = this.HELLO_TIMEOUT = CONNECT_TIMEOUT;
      const called = remote.called.then(() => {
        this.path = remote.parameters.path;
        remote.setStatus('connecting');
        return remote.whenVisible(this);
      });
      Promise.all([called, ...remote.before]).then(
        () => remote.dial(this, original),
        error => remote.setStatus('closed', error.message)
      );
    });
    // before it knows the client, Xpra takes nothing but a greeting
    let waiting = [];
    remote.wrap(P, 'send', (original, packet) =>
      packet[0] === 'hello' || !waiting
        ? original(packet)
        : waiting.push(packet)
    );
    remote.wrap(P, 'on_connect', function (original) {
      remote.setStatus('connected');
      const packets = waiting ?? [];
      waiting = null;
      packets.forEach(packet => this.send(packet));
      return original();
    });
    remote.wrap(P, '_screen_resized', function (original, ...args) {
      return isVisible(this) ? original(...args) : undefined;
    });
    remote.wrap(P, '_make_hello', function (original, ...args) {
      const result = original(...args);
      remote.adjustHello?.(this.capabilities);
      return result;
    });
    watchPackets();
  };

  const isVisible = client =>
    client.container.clientWidth >= 16 && client.container.clientHeight >= 16;

  /* A tab in the background has no size: nobody could look at the desktop. */
  remote.whenVisible = client =>
    new Promise(done => {
      if (isVisible(client)) {
        done();
        return;
      }
      const observer = new ResizeObserver(() => {
        if (isVisible(client)) {
          observer.disconnect();
          done();
        }
      });
      observer.observe(client.container);
    });

  /* Everything that is sent passes here, in each of the client's protocol classes. */
  const watchPackets = () => {
    const classes = [];
    if (typeof XpraProtocolWorkerHost === 'function') {
      classes.push(XpraProtocolWorkerHost);
    }
    if (typeof XpraProtocol === 'function') {
      classes.push(XpraProtocol);
    }
    for (const kind of classes) {
      remote.wrap(kind.prototype, 'send', function (original, packet) {
        if (DRAWN.test(packet[0]) && packet[5] >= 0) {
          painted();
        }
        return original(packet);
      });
    }
  };

  const painted = () => {
    if (remote.status === 'connected') {
      // the client draws in the coming frame, in which Lab uncovers
      remote.setStatus('painted');
    }
  };

  /* ---- activity ---- */

  let noted = -MINUTE;
  remote.noteActivity = () => {
    if (performance.now() - noted < MINUTE) {
      return;
    }
    noted = performance.now();
    remote.post('activity');
    const token = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';
    const headers = { 'X-XSRFToken': decodeURIComponent(token) };
    fetch(`${remote.record}/activity`, { method: 'POST', headers }).catch(
      () => undefined
    );
  };
  for (const type of ['keydown', 'pointerdown', 'wheel']) {
    window.addEventListener(
      type,
      event => event.isTrusted && remote.noteActivity(),
      { capture: true, passive: true }
    );
  }

  /* ---- messages of the Lab tab ---- */

  /* A page that waited with its session is asked how it is doing when it is shown. */
  remote.actions = {
    adopt: () => remote.said && remote.post('status', remote.said)
  };
  window.addEventListener('message', event => {
    const data = event.data;
    const trusted =
      event.origin === window.location.origin && event.source === window.parent;
    if (
      trusted &&
      data?.source === SOURCE &&
      Object.hasOwn(remote.actions, data.type)
    ) {
      remote.actions[data.type](data);
    }
  });

  const known =
    typeof XpraClient === 'function' &&
    typeof Utilities === 'object' &&
    NEEDED.every(name => typeof XpraClient.prototype[name] === 'function');
  if (known) {
    setUp();
  } else {
    const text = 'This version of Xpra’s HTML5 client is not supported.';
    document.addEventListener('DOMContentLoaded', () =>
      remote.setStatus('closed', text)
    );
  }
})(window.jupyterRemote);
