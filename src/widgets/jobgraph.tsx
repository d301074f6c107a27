import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { stateWord } from '../format';
import { BOX, graphOf } from '../graph';
import type { INode } from '../graph';
import { stateIcon } from '../icons';
import { fromKey, keyOf } from '../jobstore';
import type { IJob, IJobDetails, State } from '../tokens';

interface IProps {
  readonly details: IJobDetails;
  readonly job: IJob | null;
  /** Key of the job. */
  readonly of: string;
  readonly showJob: (key: string) => void;
  readonly trans: TranslationBundle;
}

/** What the job waits for, and what waits for it, left to right. */
export function JobGraph(props: IProps): React.JSX.Element | null {
  const { details, trans } = props;
  const id = React.useId();
  const graph = React.useMemo(() => graphOf(details), [details]);
  if (!graph) {
    return null;
  }
  const { nodes, edges, width, height, before, after } = graph;
  const more = before + after;
  const head = `${id.replace(/\W/g, '')}-head`;
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{trans.__('Order of jobs')}</h3>
      <div className="jp-RemoteGraph">
        <div style={{ width, height }}>
          <svg width={width} height={height} aria-hidden="true">
            <marker
              id={head}
              viewBox="0 0 8 8"
              refX="1"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" />
            </marker>
            {edges.map(path => (
              <path key={path} d={path} markerEnd={`url(#${head})`} />
            ))}
          </svg>
          {nodes.map(node => (
            <Node key={`${node.side}-${node.y}`} {...props} node={node} />
          ))}
        </div>
      </div>
      {more > 0 && (
        <p className="jp-RemoteDetails-note">
          {trans._n(
            'One more job has no room here.',
            '%1 more jobs have no room here.',
            more
          )}
        </p>
      )}
    </section>
  );
}

function isState(word: string): word is State {
  return /^(?:submitting|queued|starting|running|stopping|stopped|failed|lost)$/.test(
    word
  );
}

function Node(props: IProps & { readonly node: INode }): React.JSX.Element {
  const { node, job, of, showJob, trans } = props;
  const { neighbour, side, x, y } = node;
  const { backend, job_id: own } = fromKey(of);
  const id = neighbour?.job_id ?? own;
  const name = (neighbour ? neighbour.name : job?.name) || id;
  const state = (neighbour ? neighbour.state : job?.state) ?? '';
  const icon = isState(state) ? stateIcon(state) : null;
  const words = [
    isState(state) ? stateWord(state, trans) : state,
    neighbour?.kind,
    name === id ? '' : id
  ];
  const small = words.filter(Boolean).join(' · ');
  const place = { left: x, top: y, width: BOX.width, height: BOX.height };
  const body = (
    <>
      {icon && <icon.react tag="span" width="16px" aria-hidden="true" />}
      <span className="jp-RemoteGraph-name">{name}</span>
      <small>{small}</small>
    </>
  );
  if (!neighbour) {
    return (
      <div className="jp-RemoteGraph-job" data-side={side} style={place}>
        {body}
      </div>
    );
  }
  const relation =
    side === 'before'
      ? trans.__('It waits for')
      : trans.__('It is waited for by');
  return (
    <button
      className="jp-RemoteGraph-job"
      data-side={side}
      style={place}
      title={`${relation}: ${name}, ${small}`}
      aria-label={`${relation}: ${name}, ${small}`}
      onClick={() => {
        showJob(keyOf({ backend, job_id: id }));
      }}
    >
      {body}
    </button>
  );
}
