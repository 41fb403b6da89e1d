import { describeConformance } from './describe-conformance.js';
import { FLASK_JWT } from './libraries.js';

describeConformance('fastify', FLASK_JWT);
