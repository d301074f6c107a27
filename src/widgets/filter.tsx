import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** The box with the words that a list is filtered by. */
export function Filter(props: {
  readonly wanted: string;
  readonly setWanted: (wanted: string) => void;
  /** What a screen reader says. */
  readonly label: string;
  readonly placeholder?: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { wanted, setWanted, label, placeholder, trans } = props;
  return (
    <input
      type="search"
      className="jp-mod-styled jp-RemoteFilter"
      value={wanted}
      placeholder={placeholder ?? trans.__('Filter')}
      aria-label={label}
      onChange={event => {
        setWanted(event.target.value);
      }}
    />
  );
}
