import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon, ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { copyText } from '../copy';
import { fullLink, shareSentence, versionWords } from '../shareview';
import type { IShare } from '../tokens';
import { QrCode } from './qrcode';

/** Show the link of a share, to be copied or photographed. */
export async function showLink(
  share: IShare,
  trans: TranslationBundle
): Promise<void> {
  const body = ReactWidget.create(
    <ShareLink
      share={share}
      link={fullLink(share.link, window.location.href)}
      trans={trans}
    />
  );
  body.addClass('jp-RemoteSharing');
  await showDialog({
    title: trans.__('Link to %1', share.name),
    body,
    focusNodeSelector: '.jp-RemoteSharing-copy',
    buttons: [Dialog.okButton({ label: trans.__('Done') })]
  });
}

function ShareLink(props: {
  readonly share: IShare;
  readonly link: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { share, link, trans } = props;
  const { follow, mode, expires } = share;
  const [said, setSaid] = React.useState('');
  const box = React.useRef<HTMLInputElement>(null);
  const copy = async () => {
    const copied = await copyText(link);
    if (!copied) {
      box.current?.select();
    }
    setSaid(copied ? trans.__('Copied') : trans.__('Press Ctrl+C to copy it.'));
  };
  return (
    <>
      <div className="jp-RemoteSharing-sentence">
        <p>{shareSentence({ ...share, until: Date.parse(expires) }, trans)}</p>
        <p>{versionWords(follow, trans)}</p>
        {mode === 'local' && (
          <p>{trans.__('The link works while this server runs.')}</p>
        )}
      </div>
      <div className="jp-RemoteSharing-link">
        <input
          ref={box}
          className="jp-mod-styled"
          readOnly
          value={link}
          aria-label={trans.__('Link')}
          onFocus={event => {
            event.target.select();
          }}
        />
        <button
          className="jp-mod-styled jp-RemoteSharing-copy"
          onClick={() => void copy()}
        >
          <copyIcon.react tag="span" width="16px" aria-hidden="true" />
          {trans.__('Copy Link')}
        </button>
      </div>
      <p className="jp-RemoteSharing-busy" role="status">
        {said}
      </p>
      <QrCode text={link} label={trans.__('The link as a QR code')} />
    </>
  );
}
