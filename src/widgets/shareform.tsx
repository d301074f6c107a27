import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { durationText } from '../durations';
import { fullSentence } from '../format';
import { stateIcon } from '../icons';
import type { ShareModel } from '../sharemodel';
import {
  lifeWords,
  livesWithin,
  shareSentence,
  versionWords
} from '../shareview';
import { Check, Choices, optionText, Radio } from './sharechoices';

interface IShareProps {
  readonly model: ShareModel;
  readonly trans: TranslationBundle;
}

/** How a notebook is shared: in words, then what they follow from. */
export function ShareForm(props: IShareProps): React.JSX.Element {
  const { model, trans } = props;
  return (
    <div className="jp-RemoteSharing-form" aria-busy={model.busy}>
      <Sentence {...props} />
      <Expiry {...props} />
      <Audience {...props} />
      <Version {...props} />
      <Contents {...props} />
      <Carried {...props} />
      <p className="jp-RemoteSharing-busy" role="status">
        {model.busy ? trans.__('Making the link…') : ''}
      </p>
      <Problem {...props} />
    </div>
  );
}

function Sentence({ model, trans }: IShareProps): React.JSX.Element {
  const { draft, life, users, shares } = model;
  const { mode } = shares;
  const sentence =
    life === null
      ? model.doubt
      : shareSentence(
          { ...draft, mode, users, until: Date.now() + life * 1000 },
          trans
        );
  return (
    <div className="jp-RemoteSharing-sentence">
      <p aria-live="polite">{sentence}</p>
      <p>{versionWords(draft.follow, trans)}</p>
      {mode === 'local' && (
        <p>{trans.__('The link works while this server runs.')}</p>
      )}
    </div>
  );
}

function Expiry({ model, trans }: IShareProps): React.JSX.Element {
  const { draft, shares } = model;
  const most = shares.limits.expires_in;
  const id = React.useId();
  const invalid = model.tried && draft.life === null && model.doubt !== '';
  return (
    <Choices legend={trans.__('Until')}>
      {livesWithin(shares.limits).map(life => (
        <Radio
          key={life}
          name={`${id}-life`}
          label={lifeWords(life, trans)}
          checked={draft.life === life}
          onChoose={() => {
            model.set({ life });
          }}
        />
      ))}
      <span className="jp-RemoteSharing-own">
        <Radio
          name={`${id}-life`}
          label={trans.__('Other:')}
          checked={draft.life === null}
          onChoose={() => {
            model.set({ life: null });
          }}
        />
        <input
          className="jp-mod-styled"
          value={draft.own}
          aria-label={trans.__('How long the link works')}
          aria-invalid={invalid}
          placeholder={trans.__('such as 12 h or 3 d')}
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            model.set({ life: null, own: event.target.value });
          }}
        />
      </span>
      {most !== null && (
        <small>{trans.__('%1 at most', durationText(most))}</small>
      )}
    </Choices>
  );
}

function Audience({ model, trans }: IShareProps): React.JSX.Element {
  const { draft, shares } = model;
  const id = React.useId();
  const local = shares.mode !== 'hub';
  return (
    <Choices legend={trans.__('For')}>
      {shares.limits.users ? (
        <>
          <Radio
            name={`${id}-users`}
            label={
              local
                ? trans.__('Everybody with the link')
                : trans.__('Everybody on this hub')
            }
            checked={!draft.named}
            onChoose={() => {
              model.set({ named: false });
            }}
          />
          <span className="jp-RemoteSharing-own">
            <Radio
              name={`${id}-users`}
              label={trans.__('Only:')}
              checked={draft.named}
              onChoose={() => {
                model.set({ named: true });
              }}
            />
            <input
              className="jp-mod-styled"
              value={draft.names}
              aria-label={trans.__('Names of users, with commas in between')}
              aria-invalid={
                model.tried && draft.named && model.users.length === 0
              }
              placeholder={trans.__('names of users')}
              autoComplete="off"
              spellCheck={false}
              onChange={event => {
                model.set({ named: true, names: event.target.value });
              }}
            />
          </span>
        </>
      ) : (
        <span>{trans.__('Everybody with the link')}</span>
      )}
      <Check
        label={trans.__('One copy only: the link ends with its first use')}
        checked={draft.once}
        onChange={once => {
          model.set({ once });
        }}
      />
    </Choices>
  );
}

function Version({ model, trans }: IShareProps): React.JSX.Element {
  const { draft } = model;
  const id = React.useId();
  return (
    <Choices legend={trans.__('Version')}>
      <Radio
        name={`${id}-follow`}
        label={trans.__('Follow my saves')}
        checked={draft.follow}
        onChoose={() => {
          model.set({ follow: true });
        }}
      />
      <Radio
        name={`${id}-follow`}
        label={trans.__('Fixed at this version')}
        checked={!draft.follow}
        onChoose={() => {
          model.set({ follow: false });
        }}
      />
      {model.unsaved && (
        <Check
          label={trans.__('Save the notebook first; it has unsaved changes')}
          checked={draft.save}
          onChange={save => {
            model.set({ save });
          }}
        />
      )}
    </Choices>
  );
}

function Contents({ model, trans }: IShareProps): React.JSX.Element {
  return (
    <Choices legend={trans.__('Contents')}>
      <Check
        label={trans.__('With outputs')}
        checked={model.draft.outputs}
        onChange={outputs => {
          model.set({ outputs });
        }}
      />
    </Choices>
  );
}

function Carried({ model, trans }: IShareProps): React.JSX.Element {
  const { draft, shares, kernel } = model;
  const server = Object.entries(shares.limits.options.server ?? {});
  return (
    <Choices legend={trans.__('Tell')}>
      <Check
        label={kernel ? trans.__('Kernel: %1', kernel) : trans.__('Its kernel')}
        checked={draft.carry.has('kernel')}
        onChange={carried => {
          model.setCarry('kernel', carried);
        }}
      />
      {server.map(([key, value]) => (
        <Check
          key={key}
          label={trans.__('Server option %1: %2', key, optionText(value))}
          checked={draft.carry.has(key)}
          onChange={carried => {
            model.setCarry(key, carried);
          }}
        />
      ))}
    </Choices>
  );
}

function Problem({ model }: IShareProps): React.JSX.Element | null {
  const words = model.problem || (model.tried ? model.doubt : '');
  const icon = stateIcon('failed');
  return words ? (
    <p className="jp-RemoteSharing-problem" role="alert">
      <icon.react tag="span" width="16px" aria-hidden="true" />
      <span>{fullSentence(words)}</span>
    </p>
  ) : null;
}
