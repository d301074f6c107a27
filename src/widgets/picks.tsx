import * as React from 'react';

import { Check } from './sharechoices';

/** Several of some values, each with a box. */
export function Picks(props: {
  readonly label: string;
  readonly all: readonly { readonly value: string; readonly words: string }[];
  readonly chosen: readonly string[];
  readonly choose: (chosen: readonly string[]) => void;
}): React.JSX.Element {
  const { label, all, chosen, choose } = props;
  return (
    <div className="jp-RemoteApps-picks" role="group" aria-label={label}>
      {all.map(({ value, words }) => (
        <Check
          key={value}
          label={words}
          checked={chosen.includes(value)}
          onChange={checked => {
            const others = chosen.filter(one => one !== value);
            choose(checked ? [...others, value] : others);
          }}
        />
      ))}
    </div>
  );
}
