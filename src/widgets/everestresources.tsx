import * as React from 'react';

import { resourcesIn } from '../everestports';
import type { IFormProps } from './everestapp';
import { Picks } from './picks';
import { optionText } from './sharechoices';

/** Where a job may run: resources that are known, and others by their ids. */
export function Resources({ form, trans }: IFormProps): React.JSX.Element {
  const id = React.useId();
  const { draft, app } = form;
  const known = app.resources ?? [];
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
            chosen={resourcesIn(draft)}
            choose={chosen => {
              form.setResources(chosen.join(' '));
            }}
          />
        )}
        <input
          id={id}
          className="jp-mod-styled"
          value={draft.resources}
          placeholder={trans.__('as the platform chooses')}
          aria-describedby={`${id}-words`}
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            form.setResources(event.target.value);
          }}
        />
      </div>
      <div id={`${id}-words`} className="jp-RemoteSubmit-words">
        <p>{words}</p>
        <Requirements form={form} trans={trans} />
      </div>
    </div>
  );
}

/** What the application asks of them, as its description says. */
function Requirements({
  form,
  trans
}: Pick<IFormProps, 'form' | 'trans'>): React.JSX.Element | null {
  const asked = (form.app.requirements ?? [])
    .filter(one => one.default !== null && one.default !== undefined)
    .map(one => `${one.name} ${optionText(one.default)}`);
  return asked.length > 0 ? (
    <p>{trans.__('A job of it asks for: %1.', asked.join(', '))}</p>
  ) : null;
}
