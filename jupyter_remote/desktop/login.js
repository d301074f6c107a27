/* The password's part of Xpra's login, with the keyed hashes that browsers have.
 *
 * After xpra/net/digest.py: the salt of both sides is hashed with one digest, that with the
 * password and another one. Browsers have no hashes on pages without TLS (but for those of
 * this computer): there the client's own library is loaded before it connects.
 */
/* global Utilities, XpraClient, XpraProtocol */
'use strict';

(remote => {
  const HASHES = {
    'hmac+sha512': 'SHA-512',
    'hmac+sha384': 'SHA-384',
    'hmac+sha256': 'SHA-256'
  };
  const SALT = 32; // bytes
  const subtle = window.crypto?.subtle;

  const bytes = text => Uint8Array.from(text, letter => letter.charCodeAt(0));
  const hex = buffer =>
    Array.from(new Uint8Array(buffer), byte =>
      byte.toString(16).padStart(2, '0')
    ).join('');

  /* HMAC of RFC 2104 as hexadecimal digits; key and text hold a byte a character. */
  const keyed = async (digest, key, text) => {
    const algorithm = { name: 'HMAC', hash: HASHES[digest] };
    const usable = await subtle.importKey('raw', bytes(key), algorithm, false, [
      'sign'
    ]);
    return hex(await subtle.sign('HMAC', usable, bytes(text)));
  };

  /* What a challenge is answered with: the response and our part of the salt. */
  const respond = async (client, [, serverSalt, , digest, saltDigest]) => {
    const salt = Utilities.getSecureRandomString(SALT);
    if (!(digest in HASHES && saltDigest in HASHES) || !subtle) {
      const both = client._gendigest(saltDigest, salt, serverSalt);
      return [client._gendigest(digest, remote.password, both), salt];
    }
    const both = await keyed(saltDigest, salt, serverSalt);
    return [await keyed(digest, remote.password, both), salt];
  };

  /* A young Xpra takes clients while it still loads its encoders, and a client that comes too
   * early gets bare pixels for ever. A greeting that wants nothing is answered when they are
   * there: the client's own waits for it. */
  const encodersLoaded = client =>
    new Promise(done => {
      const protocol = new XpraProtocol();
      const greet = more => {
        client._make_hello_base();
        protocol.send([
          'hello',
          { ...client.capabilities, ui_client: false, ...more }
        ]);
      };
      const on = {
        open: () => greet({ challenge: true }),
        challenge: async packet => {
          const [response, salt] = await respond(client, packet);
          greet({ challenge_response: response, challenge_client_salt: salt });
        },
        hello: () => {
          protocol.close();
          done();
        },
        disconnect: done,
        close: done,
        error: done
      };
      protocol.set_packet_handler(packet => void on[packet[0]]?.(packet));
      protocol.open(remote.address());
    });

  /* It is greeted beside the client, not after the client has been asked who it is. */
  let loaded;
  const greetYoung = async client => {
    await remote.called;
    await remote.adopted;
    if (remote.young) {
      await encodersLoaded(client);
    }
  };

  const takeOver = prototype => {
    remote.wrap(prototype, 'connect', function (original) {
      loaded ??= greetYoung(this);
      return original();
    });
    remote.wrap(prototype, '_make_hello_base', function (original) {
      original();
      if (subtle) {
        const digests = Object.keys(HASHES);
        Object.assign(this.capabilities, {
          digest: digests,
          'salt-digest': digests
        });
      }
    });
    remote.wrap(prototype, '_make_hello', function (original) {
      original();
      this.capabilities.screen_sizes = [];
    });
    prototype._process_challenge = async (packet, client) => {
      await remote.adopted;
      client.keyboard_layout = remote.parameters.keyboard_layout;
      await loaded;
      const answer = await respond(client, packet);
      await remote.whenVisible(client); // the greeting has its size, and the tab may be hidden by now
      client._send_hello(...answer);
    };
  };

  if (remote.forge) {
    takeOver(XpraClient.prototype);
  }
  if (remote.forge && !subtle) {
    remote.before.push(remote.load(remote.forge));
  }
})(window.jupyterRemote);
