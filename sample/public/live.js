import { io } from '/socket.io/socket.io.esm.min.js';

const LOST = { message: 'The connection is lost' };
const SUBSCRIPTION = 'subscription { noteAdded }';

/** The ways to open a connection, by the name that the page shows. */
const OPENERS = { WebSocket: openSocket, 'Event stream': openEventStream, 'GraphQL subscription': openSubscription };

/**
 * The connections over which the server sends new notes. `onChange` gets the name and the state of a connection, `onNotes` the
 * notes. `onEnd` gets the code of the reason, once for all connections that end together.
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
    const end = (code) => {
      if (!isReported) this.onEnd(code);
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
      ended: ({ message, code }) => {
        if (isOver) return;
        isOver = true;
        show(message);
        close();
        onEnd(code);
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
  socket.on('exception', ended);
  socket.on('connect_error', ({ message, data }) => ended({ message, code: data?.code }));
  socket.on('disconnect', (message) => ended({ message }));
  return () => socket.disconnect();
}

/** The server sends the reason as an event `error` with data. The browser's own errors have none. */
function openEventStream({ opened, ended }) {
  const source = new EventSource('/notes/events');
  source.addEventListener('open', opened);
  source.addEventListener('error', ({ data }) => ended(data ? JSON.parse(data) : LOST));
  return () => source.close();
}

/** The protocol graphql-transport-ws. The server sends the reason as an error of the operation. */
function openSubscription({ opened, ended }) {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  socket.addEventListener('open', () => send({ type: 'connection_init' }));
  socket.addEventListener('close', ({ reason }) => ended(reason ? { message: reason } : LOST));
  socket.addEventListener('message', ({ data }) => {
    const { type, payload } = JSON.parse(data);
    if (type === 'ping') send({ type: 'pong' });
    if (type === 'connection_ack') {
      send({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION } });
      opened();
    }
    if (type === 'error') ended({ message: payload[0].message, code: payload[0].extensions?.jwt });
  });
  return () => socket.close();
}
