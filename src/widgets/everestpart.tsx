import type { TranslationBundle } from '@jupyterlab/translation';
import { downloadIcon, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { EverestJobModel } from '../everestjobmodel';
import type { IOutputRow, IShown } from '../everestjob';
import { outputRows, shown, sizeOfAll } from '../everestjob';
import { ENDED } from '../format';
import { stateIcon } from '../icons';
import type { IEverestOutput, IJob } from '../tokens';
import { bytesWords } from '../transferview';
import { EverestTransfer } from './everesttransfer';
import { SweepResults } from './sweepresults';

/** What the view of a job of Everest does beyond itself. */
export interface IEverestActions {
  /** Store one output, or all, in the folder that the file browser shows. */
  readonly fetch: (output?: IEverestOutput) => void;
  /** Ask how, then unpack the results of the sweep. */
  readonly unpack: () => void;
  /** Show a file or folder in the file browser. */
  readonly show: (path: string) => void;
  /** Open a file in Lab. */
  readonly open: (path: string) => void;
  /** Give an output to another application; null: nothing submits here. */
  readonly use: ((output: IEverestOutput) => void) | null;
  readonly copy: (text: string) => void;
}

export interface IEverestProps {
  readonly model: EverestJobModel;
  readonly actions: IEverestActions;
  /** The record of the job; null: not known. */
  readonly job: IJob | null;
  readonly trans: TranslationBundle;
}

/** Inputs and outputs of a job of Everest, and what is done with them. */
export function EverestPart(props: IEverestProps): React.JSX.Element {
  const { model } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <>
          <Outputs {...props} />
          {model.sweep && <SweepResults {...props} />}
          <Inputs {...props} />
        </>
      )}
    </UseSignal>
  );
}

function Inputs({ model, trans }: IEverestProps): React.JSX.Element | null {
  const id = React.useId();
  const { request } = model;
  if (!request) {
    return null;
  }
  const all = Object.entries(request.inputs);
  return (
    <section aria-labelledby={id} className="jp-RemoteEverest-inputs">
      <h3 id={id}>{trans.__('Inputs')}</h3>
      <dl className="jp-RemoteEverest-ports">
        <Port name={trans.__('Application')} parts={shown(request.app)} />
        {all.map(([name, value]) => (
          <Port key={name} name={name} parts={shown(value)} />
        ))}
        {request.resources.length > 0 && (
          <Port
            name={trans.__('Resources')}
            parts={shown(request.resources.join(', '))}
          />
        )}
      </dl>
      {all.length === 0 && (
        <p className="jp-RemoteDetails-note">
          {trans.__('It was submitted without inputs.')}
        </p>
      )}
    </section>
  );
}

function Port(props: {
  readonly name: string;
  readonly parts: readonly IShown[];
}): React.JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        {props.parts.map(({ kind, text, uri }, index) => (
          <span key={index} data-kind={kind} title={uri || undefined}>
            {text}
          </span>
        ))}
      </dd>
    </div>
  );
}

function Outputs(props: IEverestProps): React.JSX.Element | null {
  const { model, actions, trans } = props;
  const id = React.useId();
  const rows = outputRows(model.outputs ?? []);
  const files = rows.flatMap(row => row.files);
  const size = sizeOfAll(files);
  const { loading, outputs, problem } = model;
  // Without its details nobody knows whether there are any.
  if (!model.some || !(loading || outputs || problem)) {
    return null;
  }
  return (
    <section aria-labelledby={id} className="jp-RemoteEverest-outputs">
      <div className="jp-RemoteDetails-title">
        <h3 id={id}>{trans.__('Outputs')}</h3>
        {files.length > 0 && (
          <button
            className="jp-mod-styled"
            disabled={model.busy}
            title={trans.__('Into the folder that the file browser shows')}
            onClick={() => {
              actions.fetch();
            }}
          >
            <downloadIcon.react tag="span" width="16px" aria-hidden="true" />
            {trans.__('Download All')}
          </button>
        )}
        {files.length > 1 && size !== null && (
          <span className="jp-RemoteDetails-note">
            {trans.__('%1 files, %2', files.length, bytesWords(size))}
          </span>
        )}
      </div>
      <Note {...props} rows={rows} />
      {rows.length > 0 && (
        <dl className="jp-RemoteEverest-ports">
          {rows.map(row => (
            <Output key={row.name} {...props} row={row} />
          ))}
        </dl>
      )}
      <EverestTransfer {...props} />
    </section>
  );
}

/** Why there are no outputs, or not all. */
function Note(
  props: IEverestProps & { readonly rows: readonly IOutputRow[] }
): React.JSX.Element | null {
  const { model, job, rows, trans } = props;
  if (model.problem) {
    return <Trouble {...props} />;
  }
  if (!model.outputs) {
    return (
      <p className="jp-RemoteDetails-note" role="status">
        {trans.__('Asking for the outputs…')}
      </p>
    );
  }
  const ended = job !== null && ENDED.has(job.state);
  const whole = job?.word === 'DONE';
  const words =
    rows.length === 0
      ? whole
        ? trans.__('Its application gives no outputs.')
        : trans.__('It left no outputs.')
      : !ended
        ? trans.__('The job has not ended: there may be more of them later.')
        : whole
          ? ''
          : trans.__('The job was not finished. This is what it left.');
  return words ? <p className="jp-RemoteDetails-note">{words}</p> : null;
}

function Trouble({ model, trans }: IEverestProps): React.JSX.Element {
  const icon = stateIcon('lost');
  return (
    <div className="jp-RemoteDetails-problem" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <div>
        <p>{trans.__('The outputs are not known.')}</p>
        <p>{model.problem}</p>
      </div>
      <button
        className="jp-mod-styled"
        disabled={model.loading}
        onClick={() => void model.load()}
      >
        {trans.__('Retry')}
      </button>
    </div>
  );
}

function Output(
  props: IEverestProps & { readonly row: IOutputRow }
): React.JSX.Element {
  const { row } = props;
  return (
    <div data-output={row.name}>
      <dt>{row.name}</dt>
      <dd>
        {row.value !== null && <span data-kind="value">{row.value}</span>}
        {row.files.map(file => (
          <File key={file.name} {...props} file={file} />
        ))}
      </dd>
    </div>
  );
}

function File(
  props: IEverestProps & { readonly file: IEverestOutput }
): React.JSX.Element {
  const { model, actions, file, trans } = props;
  const { use } = actions;
  const name = file.file ?? file.name;
  const { size } = file;
  return (
    <div className="jp-RemoteEverest-file">
      <span data-kind="file" title={file.uri}>
        {name}
      </span>
      <span className="jp-RemoteEverest-size">
        {typeof size === 'number' ? bytesWords(size) : trans.__('size unknown')}
      </span>
      <button
        className="jp-mod-styled"
        disabled={model.busy}
        aria-label={trans.__('Download %1', name)}
        title={trans.__('Into the folder that the file browser shows')}
        onClick={() => {
          actions.fetch(file);
        }}
      >
        {trans.__('Download')}
      </button>
      {use && (
        <button
          className="jp-mod-styled"
          aria-label={trans.__('Use %1 as input…', name)}
          title={trans.__(
            'Give it to another application; the file stays on the server'
          )}
          onClick={() => {
            use(file);
          }}
        >
          {trans.__('Use as Input…')}
        </button>
      )}
    </div>
  );
}
