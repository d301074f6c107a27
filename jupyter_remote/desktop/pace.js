/* What lets a desktop appear sooner: a worker that is ready, no checks whose answer is known,
 * no lines for a console that nobody reads.
 */
/* global Utilities, XpraClient, XpraWindow */
'use strict';

(remote => {
  const PROTOCOL = 'js/Protocol.js';
  const DEBUG = 'jupyter-remote-debug'; // in local storage: the client's own log is wanted

  remote.load = source =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = source;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${source} was not loaded`));
      document.head.append(script);
    });

  /* The page's head has started the client's worker: hand it over, with what it said. */
  const Real = window.Worker;
  const takeEarly = () => {
    const { early, heard, opened } = remote;
    remote.early = null;
    early.addEventListener = (type, listener, options) => {
      delete early.addEventListener;
      early.addEventListener(type, listener, options);
      early.onmessage = null;
      // before anything newer: messages are tasks
      queueMicrotask(() =>
        heard.forEach(data => listener.call(early, { data }))
      );
    };
    if (opened) {
      // the client asks once for the connection that there is already
      early.postMessage = (message, ...more) => {
        if (message.c === 'o') {
          delete early.postMessage;
        } else {
          Real.prototype.postMessage.call(early, message, ...more);
        }
      };
    }
    return early;
  };
  if (remote.early) {
    window.Worker = function (url, options) {
      const ready = url === PROTOCOL && remote.early;
      return ready ? takeEarly() : new Real(url, options);
    };
    window.Worker.prototype = Real.prototype;
  }

  /* The client asks a first worker whether workers may have websockets: all may by now. */
  const P = typeof XpraClient === 'function' ? XpraClient.prototype : {};
  const simple = P._do_connect && !P.initialize_workers;
  remote.dial = (client, original) => {
    if (simple && Real) {
      client._do_connect(true);
    } else {
      original();
    }
  };

  /* A window that came while the tab was hidden may have no size: drawing it would end all. */
  if (typeof XpraWindow === 'function') {
    remote.wrap(XpraWindow.prototype, 'swap_buffers', function (original) {
      const { width, height } = this.offscreen_canvas;
      return width && height ? original() : undefined;
    });
  }

  if (typeof Utilities === 'object') {
    if (!window.localStorage.getItem(DEBUG)) {
      Utilities.log = Utilities.clog = () => undefined;
    }
    Utilities.getAudioContext = () => null; // there is no sound
    Utilities.canUseWebP = () => true; // to look at, not to make
  }
})(window.jupyterRemote);
