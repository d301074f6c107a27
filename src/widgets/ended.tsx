import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { endReason, lastWords, sentence } from '../format';
import { stateIcon } from '../icons';
import type { TabModel } from '../tabmodel';
import type { State } from '../tokens';
import type { IOverlayActions } from './progress';

/** Lines of the log shown. */
const LINES = 14;

interface IEndedProps {
  readonly model: TabModel;
  readonly actions: IOverlayActions;
  readonly trans: TranslationBundle;
}

/** A session that is over: why, the end of its log, and what can be done. */
export function Ended(props: IEndedProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const { heading, text, state } = explain(model, trans);
  const icon = stateIcon(state);
  const { session } = model;
  const told = session !== undefined && state !== 'stopped';
  const tail = told ? lastWords(session, model.tail, LINES) : '';
  return (
    <div className="jp-RemoteCard" data-phase={model.phase}>
      <h2>
        <icon.react tag="span" width="20px" aria-hidden="true" />
        {heading}
      </h2>
      {text && <p className="jp-RemoteCard-reason">{text}</p>}
      {tail && <Tail text={tail} label={trans.__('End of the log')} />}
      <div className="jp-RemoteCard-buttons">
        <button className="jp-mod-styled jp-mod-accept" onClick={actions.again}>
          {model.phase === 'refused'
            ? trans.__('Try Again')
            : trans.__('Start Again')}
        </button>
        {model.phase === 'ended' && (
          <button className="jp-mod-styled" onClick={actions.showLog}>
            {trans.__('Show Log')}
          </button>
        )}
        <button className="jp-mod-styled" onClick={actions.close}>
          {trans.__('Close')}
        </button>
      </div>
    </div>
  );
}

function Tail(props: {
  readonly text: string;
  readonly label: string;
}): React.JSX.Element {
  const box = React.useRef<HTMLPreElement>(null);
  React.useLayoutEffect(() => {
    box.current?.scrollTo(0, box.current.scrollHeight);
  }, [props.text]);
  return (
    <pre
      ref={box}
      className="jp-RemoteCard-log"
      tabIndex={0}
      aria-label={props.label}
    >
      {props.text}
    </pre>
  );
}

function explain(
  model: TabModel,
  trans: TranslationBundle
): { heading: string; text: string; state: State } {
  const { name, phase, session } = model;
  if (phase === 'refused') {
    const heading = trans.__('%1 could not be started', name);
    return { heading, text: sentence(model.problem), state: 'failed' };
  }
  if (phase === 'forgotten' || !session) {
    const text = trans.__('The server does not know this session any more.');
    return { heading: trans.__('%1 is gone', name), text, state: 'lost' };
  }
  const text = endReason(session, trans);
  if (session.state === 'failed') {
    return { heading: trans.__('%1 failed', name), text, state: 'failed' };
  }
  return {
    heading: trans.__('%1 has ended', name),
    text,
    state: session.state
  };
}
