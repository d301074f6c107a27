import { PathExt } from '@jupyterlab/coreutils';
import { copyIcon, folderIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ENDED } from '../format';
import { grouped } from '../jobview';
import type { ISweepResults } from '../sweeptable';
import { csvOf, resultWords } from '../sweeptable';
import type { IEverestProps } from './everestpart';
import { SweepTable } from './sweeptable';

/** The results of a sweep: unpacked into a folder, and as a table. */
export function SweepResults(props: IEverestProps): React.JSX.Element {
  const { model, actions, job, trans } = props;
  const { unpacked, results } = model;
  const id = React.useId();
  const ended = job === null || ENDED.has(job.state);
  return (
    <section aria-labelledby={id} className="jp-RemoteEverest-results">
      <div className="jp-RemoteDetails-title">
        <h3 id={id}>{trans.__('Results of the sweep')}</h3>
        <button
          className="jp-mod-styled"
          disabled={model.busy || !ended}
          title={
            ended
              ? trans.__('Into a new folder, with a table of all tasks')
              : trans.__('When the sweep has ended')
          }
          onClick={actions.unpack}
        >
          {unpacked ? trans.__('Unpack Again…') : trans.__('Unpack Results…')}
        </button>
      </div>
      {unpacked && (
        <div className="jp-RemoteEverest-stored">
          <span role="status">
            {trans.__('Unpacked into %1.', unpacked.folder)}{' '}
            {results && resultWords(results, trans)}
          </span>
          <button
            className="jp-mod-styled"
            onClick={() => {
              actions.show(unpacked.folder);
            }}
          >
            <folderIcon.react tag="span" width="16px" aria-hidden="true" />
            {trans.__('Show Folder')}
          </button>
          <button
            className="jp-mod-styled"
            title={trans.__('The table of all tasks, in a tab of its own')}
            onClick={() => {
              actions.open(PathExt.join(unpacked.folder, unpacked.table));
            }}
          >
            {trans.__('Open %1', unpacked.table)}
          </button>
        </div>
      )}
      {results && <Table {...props} results={results} />}
    </section>
  );
}

function Table(
  props: IEverestProps & { readonly results: ISweepResults }
): React.JSX.Element {
  const { actions, results, trans } = props;
  const { rows, listed } = results;
  return (
    <>
      <SweepTable
        rows={rows}
        trans={trans}
        showTask={task => {
          actions.show(PathExt.join(results.folder, String(task)));
        }}
        more={
          <button
            className="jp-mod-styled"
            onClick={() => {
              actions.copy(csvOf(rows));
            }}
          >
            <copyIcon.react tag="span" width="16px" aria-hidden="true" />
            {trans.__('Copy as CSV')}
          </button>
        }
      />
      {listed > rows.length && (
        <p className="jp-RemoteDetails-note">
          {trans.__(
            'These are the first %1 of %2 tasks; all of them are in %3.',
            grouped(rows.length),
            grouped(listed),
            results.table
          )}
        </p>
      )}
    </>
  );
}
