import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { duration, secondsSince } from '../format';
import { stateIcon } from '../icons';
import { silence } from '../jobview';
import type { IJobBackend } from '../tokens';
import { useNow } from './hooks';

/** How old a list of jobs is; for all that show one. */
interface IProps {
  readonly backends: ReadonlyMap<string, IJobBackend>;
  readonly trans: TranslationBundle;
}

/** Backends that do not answer, each in a line; `others`: for everybody's jobs. */
export function Silences(
  props: IProps & { readonly others?: Readonly<Record<string, string>> }
): React.JSX.Element {
  const { backends, others = {}, trans } = props;
  const words = new Map(
    [...backends].map(([name, backend]) => [name, silence(backend, trans)])
  );
  for (const [name, why] of Object.entries(others)) {
    words.set(name, words.get(name) || why);
  }
  return (
    <>
      {[...words]
        .filter(([, why]) => why !== '')
        .map(([name, why]) => (
          <SilentLine key={name}>
            {trans.__('%1 does not answer: %2', name, why)}
          </SilentLine>
        ))}
    </>
  );
}

/** What is not known, in a line. */
export function SilentLine(props: {
  readonly children: string;
}): React.JSX.Element {
  const icon = stateIcon('lost');
  return (
    <p className="jp-RemoteJobs-silent" role="status">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <span>{props.children}</span>
    </p>
  );
}

/** The oldest of what the backends that answer last said. */
export function Age({ backends, trans }: IProps): React.JSX.Element | null {
  const now = useNow(1_000);
  const seen = [...backends.values()]
    .filter(({ silent }) => silent === '')
    .map(backend => secondsSince(backend.seen, now))
    .filter(age => !Number.isNaN(age));
  if (seen.length === 0) {
    return null;
  }
  return (
    <span className="jp-RemoteJobs-age">
      {trans.__('updated %1 ago', duration(Math.max(...seen), trans))}
    </span>
  );
}
