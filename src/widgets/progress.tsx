import type { TranslationBundle } from '@jupyterlab/translation';
import { checkIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { duration } from '../format';
import type { IStep } from '../progress';
import { stepsOf } from '../progress';
import type { TabModel } from '../tabmodel';
import { useNow } from './hooks';

/** Seconds after which the log, and later the way out, are offered. */
const SLOW = 4;
const TOO_SLOW = 20;

/** What the overlay of a tab can do. */
export interface IOverlayActions {
  readonly cancel: () => void;
  readonly showLog: () => void;
  readonly reload: () => void;
  readonly again: () => void;
  readonly close: () => void;
}

interface IProgressProps {
  readonly model: TabModel;
  readonly actions: IOverlayActions;
  readonly trans: TranslationBundle;
}

/** The way to an open session, step by step. */
export function Progress(props: IProgressProps): React.JSX.Element {
  const { model, trans } = props;
  const seconds = (useNow(1000) - model.began) / 1000;
  const steps = stepsOf(model.phase, model.queued, trans);
  return (
    <div className="jp-RemoteCard" data-phase={model.phase}>
      <h2>{model.name}</h2>
      <ol className="jp-RemoteSteps" aria-label={trans.__('Progress')}>
        {steps.map(step => (
          <Step key={step.label} step={step} trans={trans} />
        ))}
      </ol>
      <p className="jp-RemoteCard-note" data-remote="elapsed">
        {seconds >= 1 ? duration(seconds, trans) : '\u00a0'}
        {seconds > TOO_SLOW &&
          !model.windowless &&
          ` · ${trans.__('longer than usual')}`}
      </p>
      <p className="jp-RemoteCard-note">
        {model.windowless && seconds > SLOW
          ? trans.__('It runs, and has not opened a window yet.')
          : model.session?.reason}
      </p>
      <Buttons {...props} seconds={seconds} />
    </div>
  );
}

function Buttons(
  props: IProgressProps & { readonly seconds: number }
): React.JSX.Element {
  const { model, actions, trans, seconds } = props;
  const { windowless } = model;
  const connecting = model.phase === 'connecting' && !windowless;
  return (
    <div className="jp-RemoteCard-buttons">
      {seconds > SLOW && model.id && (
        <button className="jp-mod-styled" onClick={actions.showLog}>
          {trans.__('Show Log')}
        </button>
      )}
      {seconds > TOO_SLOW && connecting && (
        <button className="jp-mod-styled" onClick={actions.reload}>
          {trans.__('Connect Again')}
        </button>
      )}
      {!connecting && (
        <button className="jp-mod-styled" onClick={actions.cancel}>
          {windowless ? trans.__('Stop') : trans.__('Cancel')}
        </button>
      )}
    </div>
  );
}

function Step(props: {
  readonly step: IStep;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { step, trans } = props;
  const current = step.state === 'current';
  return (
    <li
      className={`jp-mod-${step.state}`}
      aria-current={current ? 'step' : undefined}
    >
      <span className="jp-RemoteSteps-mark" aria-hidden="true">
        {step.state === 'done' && <checkIcon.react tag="span" width="14px" />}
      </span>
      {step.label}
      {step.state === 'done' && (
        <span className="jp-RemoteHidden">{trans.__('(done)')}</span>
      )}
    </li>
  );
}
