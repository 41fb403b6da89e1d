import type { RecordedLibrary } from './describe-conformance.js';
import { DIFFERENCES } from './differences.js';
import { FLASK_JWT_DIFFERENCES } from './flask-jwt-differences.js';

export const FLASK_JWT_EXTENDED: RecordedLibrary = {
  name: 'Flask-JWT-Extended',
  folder: '',
  differences: DIFFERENCES,
  compare: { challenge: false },
  setup: {},
};

export const FLASK_JWT: RecordedLibrary = {
  name: 'Flask-JWT',
  folder: 'flask_jwt/',
  differences: FLASK_JWT_DIFFERENCES,
  compare: { challenge: true },
  setup: { library: 'flask-jwt' },
};
