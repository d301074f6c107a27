import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { matchingRows, meters } from '../jobdetails';
import type { IJobDetails } from '../tokens';
import { Filter } from './filter';
import type { IDetailsProps } from './jobdetails';

/** What was used of what was asked for, as small bars with figures. */
export function Meters(props: {
  readonly details: IJobDetails;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { details, trans } = props;
  const all = meters(details, trans);
  const { nodes, gpus } = details.asked;
  const counts = [
    nodes ? trans._n('%1 node', '%1 nodes', nodes) : '',
    gpus ? trans._n('%1 GPU', '%1 GPUs', gpus) : ''
  ].filter(Boolean);
  const id = React.useId();
  if (all.length + counts.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{trans.__('Asked for and used')}</h3>
      <dl className="jp-RemoteDetails-meters">
        {all.map(({ name, label, part, words }) => (
          <div key={name} data-meter={name}>
            <dt>{label}</dt>
            <dd>
              {part !== null && (
                <span className="jp-RemoteDetails-bar" aria-hidden="true">
                  <span
                    data-high={name !== 'cpu' && part > 0.9 ? true : undefined}
                    style={{ width: `${Math.min(1, part) * 100}%` }}
                  />
                </span>
              )}
              <span>{words}</span>
            </dd>
          </div>
        ))}
        {counts.length > 0 && (
          <div>
            <dt>{trans.__('Besides')}</dt>
            <dd>{counts.join(', ')}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

/** The working folder, the logs and the command. */
export function Places(
  props: IDetailsProps & { readonly details: IJobDetails }
): React.JSX.Element | null {
  const { details, actions, model, trans } = props;
  const folder = details.folder ? details.folder : (model.job?.folder ?? '');
  const show = folder ? actions.folder(folder) : null;
  const { stdout, stderr } = details.logs;
  const id = React.useId();
  const logs: (readonly [string, string | undefined])[] = [
    [trans.__('Output'), stdout],
    [trans.__('Errors'), stderr === stdout ? '' : stderr]
  ];
  const some = [folder, details.command, stdout, stderr].some(Boolean);
  return some ? (
    <section aria-labelledby={id}>
      <h3 id={id}>{trans.__('Files')}</h3>
      <dl className="jp-RemoteDetails-files">
        <Place name={trans.__('Folder')} text={folder} show={show} />
        {logs.map(([name, path]) => (
          <Place
            key={name}
            name={name}
            text={path ?? ''}
            show={actions.showLog}
          />
        ))}
        <Place name={trans.__('Command')} text={details.command} show={null} />
      </dl>
    </section>
  ) : null;
}

function Place(props: {
  readonly name: string;
  readonly text: string;
  readonly show: (() => void) | null;
}): React.JSX.Element | null {
  const { name, text, show } = props;
  return text ? (
    <div>
      <dt>{name}</dt>
      <dd>
        {show ? (
          <button className="jp-RemoteLink" onClick={show}>
            {text}
          </button>
        ) : (
          text
        )}
      </dd>
    </div>
  ) : null;
}

/** All that the backend says besides, in its own words. */
export function Rows(
  props: IDetailsProps & { readonly rows: IJobDetails['rows'] }
): React.JSX.Element | null {
  const { rows, model, trans } = props;
  const [wanted, setWanted] = React.useState('');
  const count = Object.keys(rows).length;
  const shown = matchingRows(rows, wanted);
  return count > 0 ? (
    <details className="jp-RemoteDetails-rows">
      <summary>
        {trans.__('All that %1 says of it (%2)', model.backend, count)}
      </summary>
      <Filter
        wanted={wanted}
        setWanted={setWanted}
        label={trans.__('Filter what %1 says', model.backend)}
        trans={trans}
      />
      {shown.length > 0 ? (
        <dl>
          {shown.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p>{trans.__('Nothing matches.')}</p>
      )}
    </details>
  ) : null;
}
