import { io } from '/socket.io/socket.io.esm.min.js';

const SUBSCRIPTION = 'subscription { noteAdded }';

/** The ways to open a connection, by the name that the page shows. */
const OPENERS = { WebSocket: openSocket, 'Event stream': openEventStream, 'GraphQL subscription': openSubscription };

/**
 * The connections over which the server sends new notes. `onChange` gets the name and the state of a connection, `onNotes` the
 * notes. `onEnd` gets the reason, once for all connections that end together.
 */
export class Live {
  #connections = [];

  constructor({ onChange, onNotes, onEnd }) {
    this.onChange = onChange;
    this.onNotes = onNotes;
    this.onEnd = onEnd;
  }

  /** Closes the connections and opens new ones, with the cookies that the browser has now. */
  reopen() {
    for (const { close } of this.#connections) close();
    let isReported = false;
    const end = (reason) => {
      if (!isReported) this.onEnd(reason);
      isReported = true;
    };
    this.#connections = Object.entries(OPENERS).map(([name, open]) => this.#connect(name, open, end));
  }

  #connect(name, open, onEnd) {
    let isOver = false;
    const show = (text, isOpen = false) => this.onChange(name, { isOpen, text });
    show('connecting');
    const close = open({
      opened: () => show('open', true),
      notes: this.onNotes,
      ended: (reason) => {
        if (isOver) return;
        isOver = true;
        show(reason);
        close();
        onEnd(reason);
      },
    });
    return {
      close: () => {
        isOver = true;
        close();
      },
    };
  }
}

/** socket.io: the server sends the reason as the event `exception`, and then disconnects. */
function openSocket({ opened, notes, ended }) {
  const socket = io({ transports: ['websocket'], reconnection: false, forceNew: true });
  socket.on('connect', opened);
  socket.on('notes', notes);
  socket.on('exception', ({ message }) => ended(message));
  socket.on('connect_error', ({ message }) => ended(message));
  socket.on('disconnect', (reason) => ended(reason));
  return () => socket.disconnect();
}

/** The server sends the reason as an event `error` with data. The browser's own errors have none. */
function openEventStream({ opened, ended }) {
  const source = new EventSource('/notes/events');
  source.addEventListener('open', opened);
  source.addEventListener('error', ({ data }) => ended(data ? JSON.parse(data).message : 'The connection is lost'));
  return () => source.close();
}

/** The protocol graphql-transport-ws. The server sends the reason as an error of the operation. */
function openSubscription({ opened, ended }) {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  socket.addEventListener('open', () => send({ type: 'connection_init' }));
  socket.addEventListener('close', ({ reason }) => ended(reason || 'The connection is lost'));
  socket.addEventListener('message', ({ data }) => {
    const { type, payload } = JSON.parse(data);
    if (type === 'ping') send({ type: 'pong' });
    if (type === 'connection_ack') {
      send({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION } });
      opened();
    }
    if (type === 'error') ended(payload[0].message);
  });
  return () => socket.close();
}
