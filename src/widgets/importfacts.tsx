import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { bytes } from '../format';
import { moment } from '../shareview';
import type { IDescription } from '../tokens';
import { optionText } from './sharechoices';

/** What is known of a shared notebook before it is copied. */
export function Facts(props: {
  readonly description: IDescription;
  /** The foreign place that says so; empty: this server or its hub. */
  readonly place: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { description, place, trans } = props;
  return (
    <dl className="jp-RemoteImport-facts">
      {factsOf(description, place, trans).map(([term, words]) => (
        <React.Fragment key={term}>
          <dt>{term}</dt>
          <dd>{words}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

/** Terms and what is said of them. */
function factsOf(
  description: IDescription,
  place: string,
  trans: TranslationBundle
): readonly (readonly [term: string, words: string])[] {
  const { sender, size, cells, kernel, revision, outputs } = description;
  const { updated, expires, once, options } = description;
  const who = sender || trans.__('not said');
  const facts: [string, string][] = [
    [trans.__('From'), place ? trans.__('%1, as %2 says', who, place) : who],
    [
      trans.__('Size'),
      trans._n('%2, one cell', '%2, %1 cells', cells, bytes(size))
    ],
    [
      trans.__('Kernel'),
      kernel?.display_name || kernel?.name || trans.__('not said')
    ],
    [trans.__('Revision'), trans.__('%1, of %2', revision, moment(updated))],
    [
      trans.__('Works until'),
      once ? trans.__('%1, or its first use', moment(expires)) : moment(expires)
    ],
    [trans.__('Outputs'), outputs ? trans.__('included') : trans.__('left out')]
  ];
  for (const [key, value] of Object.entries(options.server ?? {})) {
    facts.push([trans.__('Server: %1', key), optionText(value)]);
  }
  return facts;
}
