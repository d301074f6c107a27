import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ITransfer } from '../tokens';
import { amountWords, partOf } from '../transferview';

/** How far a transfer is, in words and as a bar; what can be done with it stands behind. */
export function TransferBar(props: {
  readonly now: ITransfer;
  readonly words: string;
  readonly children?: React.ReactNode;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { now, words, trans } = props;
  const part = partOf(now);
  return (
    <div className="jp-RemoteEverest-going">
      <p role="status">{words}</p>
      <progress
        aria-label={words}
        {...(part === null ? {} : { value: part, max: 1 })}
      />
      <span>{amountWords(now, trans)}</span>
      {props.children}
    </div>
  );
}
