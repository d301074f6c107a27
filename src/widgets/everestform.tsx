import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { AccountModel, IAccountDraft } from '../everestaccount';
import { TOKEN_LIVES, tokenLifeWords, whereWords } from '../everestview';
import type { AccountField } from '../everestview';
import { fullSentence } from '../format';
import { stateIcon } from '../icons';
import { Choices, Radio } from './sharechoices';

/** Shown where nothing is written yet: an address, and what the server takes. */
const EXAMPLE = 'https://everest.distcomp.org';
const LABEL = 'JupyterLab';

interface IFormProps {
  readonly model: AccountModel;
  readonly trans: TranslationBundle;
}

/** Server, user, and what a token is asked with. */
export function AccountForm(props: IFormProps): React.JSX.Element {
  const { model, trans } = props;
  const { draft, busy, account } = model;
  return (
    <div className="jp-RemoteAccount-form" aria-busy={busy}>
      {account ? (
        <p>{whereWords(account)}</p>
      ) : (
        <Line
          {...props}
          field="url"
          label={trans.__('Address')}
          placeholder={EXAMPLE}
        />
      )}
      <How {...props} />
      {draft.how === 'password' && (
        <Line {...props} field="username" label={trans.__('User name')} />
      )}
      {/* Another input for each, so that what stands in one never goes as the other. */}
      <Secret key={draft.how} {...props} />
      {draft.how === 'password' && <Life {...props} />}
      {!account && (
        <Line
          {...props}
          field="name"
          label={trans.__('Name here')}
          placeholder={trans.__('user@server')}
        />
      )}
      <p className="jp-RemoteAccount-note">
        {trans.__(
          'The token is kept in your system’s keyring where there is one, else in a file that only you can read. It is in no notebook, log or setting.'
        )}{' '}
        {draft.how === 'password' && trans.__('The password is not kept.')}
      </p>
      <p className="jp-RemoteAccount-busy" role="status">
        {busy ? trans.__('Asking the server… This cannot be cancelled.') : ''}
      </p>
      {model.fault?.field === '' && (
        <Fault words={model.fault.words} id="jp-RemoteAccount-fault" />
      )}
    </div>
  );
}

function How({ model, trans }: IFormProps): React.JSX.Element {
  const id = React.useId();
  const ways = [
    ['password', trans.__('User name and password')],
    ['token', trans.__('A token that I have')]
  ] as const;
  return (
    <Choices legend={trans.__('Log in with')}>
      {ways.map(([how, label]) => (
        <Radio
          key={how}
          name={`${id}-how`}
          label={label}
          checked={model.draft.how === how}
          onChoose={() => {
            model.set({ how });
          }}
        />
      ))}
    </Choices>
  );
}

interface ILineProps extends IFormProps {
  readonly field: Extract<keyof IAccountDraft, AccountField | 'label'>;
  readonly label: string;
  readonly placeholder?: string;
}

function Line(props: ILineProps): React.JSX.Element {
  const { model, field, label, placeholder } = props;
  const id = React.useId();
  const words = model.fault?.field === field ? model.fault.words : '';
  return (
    <div className="jp-RemoteAccount-field" data-field={field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="jp-mod-styled"
        value={model.draft[field]}
        placeholder={placeholder}
        aria-invalid={words !== ''}
        aria-describedby={`${id}-fault`}
        autoComplete="off"
        spellCheck={false}
        onChange={event => {
          model.set({ [field]: event.target.value });
        }}
      />
      {words && <Fault words={words} id={`${id}-fault`} />}
    </div>
  );
}

/** The password or token: it stands in the page only, and is read when it is sent. */
function Secret({ model, trans }: IFormProps): React.JSX.Element {
  const id = React.useId();
  const words = model.fault?.field === 'secret' ? model.fault.words : '';
  const token = model.draft.how === 'token';
  return (
    <div className="jp-RemoteAccount-field" data-field="secret">
      <label htmlFor={id}>
        {token ? trans.__('Token') : trans.__('Password')}
      </label>
      <input
        id={id}
        className="jp-mod-styled"
        type="password"
        aria-invalid={words !== ''}
        aria-describedby={`${id}-fault`}
        autoComplete="off"
        spellCheck={false}
        onChange={() => {
          if (words) {
            model.set({});
          }
        }}
      />
      {words && <Fault words={words} id={`${id}-fault`} />}
    </div>
  );
}

function Life(props: IFormProps): React.JSX.Element {
  const { model, trans } = props;
  const id = React.useId();
  return (
    <>
      <div className="jp-RemoteAccount-field" data-field="lifetime">
        <label htmlFor={id}>{trans.__('Valid for')}</label>
        <HTMLSelect
          id={id}
          value={model.draft.lifetime}
          onChange={event => {
            model.set({ lifetime: Number(event.target.value) });
          }}
        >
          {TOKEN_LIVES.map(life => (
            <option key={life} value={life}>
              {tokenLifeWords(life, trans)}
            </option>
          ))}
        </HTMLSelect>
      </div>
      <Line
        {...props}
        field="label"
        label={trans.__('Label of the token')}
        placeholder={LABEL}
      />
    </>
  );
}

function Fault(props: {
  readonly words: string;
  readonly id: string;
}): React.JSX.Element {
  const icon = stateIcon('failed');
  return (
    <p className="jp-RemoteAccount-fault" role="alert" id={props.id}>
      <icon.react tag="span" width="14px" aria-hidden="true" />
      <span>{fullSentence(props.words)}</span>
    </p>
  );
}
