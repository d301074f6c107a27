import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { resourcesIn } from '../everestports';
import type { IEverestApp } from '../tokens';
import { Picks } from './picks';
import { optionText } from './sharechoices';

interface IProps {
  /** The application that is run; null: not known. */
  readonly app: IEverestApp | null;
  /** Ids, with blanks in between. */
  readonly chosen: string;
  readonly choose: (chosen: string) => void;
  readonly trans: TranslationBundle;
}

/** Where a job may run: resources that are known, and others by their ids. */
export function Resources(props: IProps): React.JSX.Element {
  const { app, chosen, choose, trans } = props;
  const id = React.useId();
  const known = app?.resources ?? [];
  const words =
    known.length > 0
      ? trans.__(
          'Those that may run it; others by their ids, with blanks in between.'
        )
      : trans.__(
          'Ids of the platform’s resources that may run it, with blanks in between.'
        );
  return (
    <div className="jp-RemoteSubmit-field" data-field="resources">
      <label htmlFor={id}>{trans.__('Resources')}</label>
      <div>
        {known.length > 0 && (
          <Picks
            label={trans.__('Known resources')}
            all={known.map(one => ({ value: one.id, words: one.name }))}
            chosen={resourcesIn(chosen)}
            choose={ids => {
              choose(ids.join(' '));
            }}
          />
        )}
        <input
          id={id}
          className="jp-mod-styled"
          value={chosen}
          placeholder={trans.__('as the platform chooses')}
          aria-describedby={`${id}-words`}
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            choose(event.target.value);
          }}
        />
      </div>
      <div id={`${id}-words`} className="jp-RemoteSubmit-words">
        <p>{words}</p>
        {app && <Requirements app={app} trans={trans} />}
      </div>
    </div>
  );
}

/** What the application asks of them, as its description says. */
function Requirements(props: {
  readonly app: IEverestApp;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { app, trans } = props;
  const asked = (app.requirements ?? [])
    .filter(one => one.default !== null && one.default !== undefined)
    .map(one => `${one.name} ${optionText(one.default)}`);
  return asked.length > 0 ? (
    <p>{trans.__('A job asks for: %1.', asked.join(', '))}</p>
  ) : null;
}
