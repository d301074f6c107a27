import { MimeModel } from '@jupyterlab/rendermime';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { AppFormModel } from '../everestmodel';
import { kindOf } from '../everestports';
import { fullSentence } from '../format';
import { enterMeans } from '../submitkeys';
import type { IEverestPort } from '../tokens';
import { PortField } from './everestfield';
import { AppFoot } from './everestfoot';
import type { IAppsProps } from './everesttab';
import { useFirstFault } from './hooks';
import { Resources } from './resources';
import { Trouble } from './trouble';

export interface IFormProps extends IAppsProps {
  readonly form: AppFormModel;
}

/** The application that is chosen: what it is, what it asks for, what it gives. */
export function AppPane(props: IAppsProps): React.JSX.Element {
  const { model, trans } = props;
  const { form, chosen, appProblem } = model;
  if (form) {
    return <AppForm key={chosen} {...props} form={form} />;
  }
  return (
    <div className="jp-RemoteApps-app">
      {appProblem ? (
        <Trouble
          list={{ freshness: 'error', problem: fullSentence(appProblem) }}
          retry={() => void model.choose(chosen)}
          trans={trans}
        />
      ) : (
        <p className="jp-RemoteNote" role="status">
          {chosen
            ? trans.__('Asking the server about %1…', chosen)
            : trans.__(
                'Choose an application: it says here what it needs and what it gives.'
              )}
        </p>
      )}
    </div>
  );
}

function AppForm(props: IFormProps): React.JSX.Element {
  const { form, actions, trans } = props;
  const { app } = form;
  const place = useFirstFault<HTMLFormElement>(form.refused);
  const submit = () => void actions.submit(form);
  return (
    <form
      ref={place}
      className="jp-RemoteApps-app"
      aria-label={trans.__('Submit a job of %1', app.name || app.alias)}
      aria-busy={form.busy !== ''}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={event => {
        const meaning = enterMeans(event);
        if (meaning) {
          event.preventDefault();
        }
        if (meaning === 'submit') {
          submit();
        }
      }}
    >
      <div className="jp-RemoteApps-fields">
        <About {...props} />
        <Told {...props} />
        <h3>
          {trans.__('Inputs')}{' '}
          {app.inputs.some(({ required }) => required) && (
            <small>{trans.__('* needed')}</small>
          )}
        </h3>
        {app.inputs.length === 0 && <p>{trans.__('It needs nothing.')}</p>}
        {app.inputs.map(port => (
          <PortField key={port.name} {...props} port={port} />
        ))}
        <h3>{trans.__('Job')}</h3>
        <Name {...props} />
        <Resources
          app={app}
          chosen={form.draft.resources}
          choose={chosen => {
            form.setResources(chosen);
          }}
          trans={trans}
        />
        <h3>{trans.__('Outputs')}</h3>
        <Outputs {...props} />
      </div>
      <AppFoot {...props} />
    </form>
  );
}

/** What of another job's inputs does not stand in the form. */
function Told({ form, trans }: IFormProps): React.JSX.Element {
  const { unknown, hidden } = form;
  const told = [
    unknown.length > 0 &&
      trans.__(
        'The application has no such input, so it was left out: %1.',
        unknown.join(', ')
      ),
    hidden.length > 0 &&
      trans.__(
        'Secrets are not shown and not kept, so write them again: %1.',
        hidden.join(', ')
      )
  ];
  return (
    <>
      {told.filter(Boolean).map(words => (
        <p className="jp-RemoteApps-unknown" role="status" key={String(words)}>
          {words}
        </p>
      ))}
    </>
  );
}

function About({ form, rendermime, trans }: IFormProps): React.JSX.Element {
  const { name, alias, annotation, description } = form.app;
  const more = description.trim() !== annotation.trim() ? description : '';
  return (
    <>
      <h2>
        {name || alias} {alias && alias !== name && <code>{alias}</code>}
      </h2>
      {annotation && <p>{annotation}</p>}
      {more && (
        <details>
          <summary>{trans.__('Description')}</summary>
          <Markdown text={more} rendermime={rendermime} />
        </details>
      )}
    </>
  );
}

/** Text of the server, made safe by Lab. */
function Markdown(props: {
  readonly text: string;
  readonly rendermime: IRenderMimeRegistry;
}): React.JSX.Element {
  const { text, rendermime } = props;
  const place = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const type = 'text/markdown';
    const renderer = rendermime.createRenderer(type);
    const model = new MimeModel({ data: { [type]: text }, trusted: false });
    void renderer.renderModel(model);
    if (place.current) {
      Widget.attach(renderer, place.current);
    }
    return () => {
      renderer.dispose();
    };
  }, [text, rendermime]);
  return <div ref={place} />;
}

/** What the job is called. */
function Name({ form, trans }: IFormProps): React.JSX.Element {
  const id = React.useId();
  const { draft, app } = form;
  return (
    <div className="jp-RemoteSubmit-field" data-field="job-name">
      <label htmlFor={id}>{trans.__('Name')}</label>
      <input
        id={id}
        className="jp-mod-styled"
        value={draft.name}
        placeholder={app.name || app.alias}
        autoComplete="off"
        onChange={event => {
          form.setName(event.target.value);
        }}
      />
    </div>
  );
}

function Outputs({ form, trans }: IFormProps): React.JSX.Element {
  const { outputs } = form.app;
  if (outputs.length === 0) {
    return <p>{trans.__('It gives nothing back.')}</p>;
  }
  return (
    <dl className="jp-RemoteApps-outputs">
      {outputs.map(port => (
        <React.Fragment key={port.name}>
          <dt>
            {port.title || port.name} <small>{kindWords(port, trans)}</small>
          </dt>
          <dd>{port.description}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

function kindWords(port: IEverestPort, trans: IAppsProps['trans']): string {
  switch (kindOf(port)) {
    case 'file':
      return trans.__('file');
    case 'files':
      return trans.__('files');
    case 'number':
    case 'integer':
      return trans.__('number');
    case 'boolean':
      return trans.__('yes or no');
    case 'lines':
      return trans.__('list');
    case 'json':
      return port.type || trans.__('anything');
    default:
      return trans.__('text');
  }
}
