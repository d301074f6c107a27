/* H.264 pictures by the browser's own decoder (WebCodecs), or not at all.
 *
 * The decoder that comes with Xpra's HTML5 client 3.1 is one in JavaScript: it takes 50 ms and
 * more for 640x480, in which nothing else can be done. Where browsers have none, as on pages
 * without TLS, Xpra is told so and sends other pictures. Newer clients do the like themselves.
 */
/* global XpraClient, XpraWindow */
'use strict';

(remote => {
  const OLD = '_close_broadway';
  const VIDEO = ['h264', 'mpeg1', 'h264+mp4', 'mpeg4+mp4', 'vp8+webm'];
  const PATIENCE = 2000; // ms for one picture
  const CONFIG = {
    codec: 'avc1.42E034', // constrained baseline, any size: what the client asks for
    optimizeForLatency: true,
    colorSpace: {
      primaries: 'smpte170m',
      transfer: 'smpte170m',
      matrix: 'smpte170m',
      fullRange: false
    }
  };

  const P = typeof XpraWindow === 'function' ? XpraWindow.prototype : {};
  if (typeof P[OLD] !== 'function') {
    return;
  }

  let refused = VIDEO;
  const ask = async () => {
    const { supported } = await VideoDecoder.isConfigSupported(CONFIG);
    refused = supported ? VIDEO.slice(1) : VIDEO;
  };
  remote.before.push(ask().catch(() => undefined));
  remote.wrap(XpraClient.prototype, '_make_hello', function (original, ...how) {
    this.supported_encodings = this.supported_encodings.filter(
      name => !refused.includes(name)
    );
    return original(...how);
  });

  /* The pictures of one window, each of which ends in `done(error)`, in their order. */
  class Video {
    constructor(output) {
      this._output = output;
      this._waiting = new Map();
      this._count = 0;
      this._decoder = new VideoDecoder({
        output: frame => this._show(frame),
        error: error => this.close(error.message)
      });
      this._decoder.configure(CONFIG);
    }

    decode(data, first, place, done) {
      const timestamp = this._count++;
      const type = first ? 'key' : 'delta';
      const late = () => this.close('no picture in time');
      const timer = setTimeout(late, PATIENCE);
      this._waiting.set(timestamp, { place, done, timer });
      const chunk = { type, timestamp, data: new Uint8Array(data) };
      try {
        this._decoder.decode(new EncodedVideoChunk(chunk));
      } catch (error) {
        this.close(error.message); // it is closed, or needs a picture that stands alone
      }
    }

    close(reason) {
      if (this._decoder.state !== 'closed') {
        this._decoder.close();
      }
      this.closed = true;
      [...this._waiting.keys()].forEach(key => this._end(key, reason));
    }

    _show(frame) {
      const { place } = this._waiting.get(frame.timestamp) ?? {};
      if (place) {
        this._output(frame, ...place);
      }
      frame.close();
      this._end(frame.timestamp);
    }

    _end(timestamp, error) {
      const entry = this._waiting.get(timestamp);
      this._waiting.delete(timestamp);
      clearTimeout(entry?.timer);
      entry?.done(error);
    }
  }

  /* Xpra's word that a row of pictures ends comes before the last of them are painted: the next
   * row is known by its first picture. */
  P[OLD] = () => undefined;
  const leave = window => {
    window.jrVideo?.close('the window is gone');
    window.jrVideo = null;
  };
  remote.wrap(P, 'destroy', function (original) {
    leave(this);
    return original();
  });

  remote.wrap(P, 'do_paint', function (original, ...packet) {
    const [x, y, width, height, coding, data, , , options, callback] = packet;
    if (coding !== 'h264') {
      original(...packet);
      return;
    }
    const done = error => {
      this.paint_pending = 0;
      callback(error);
      this.may_paint_now();
    };
    if (!options.frame || this.jrVideo?.closed) {
      leave(this);
    }
    this.jrVideo ??= new Video((...what) =>
      this.offscreen_canvas_ctx.drawImage(...what)
    );
    const first = !options.frame || options.type === 'IDR';
    this.jrVideo.decode(data, first, [x, y, width, height], done);
  });
})(window.jupyterRemote);
