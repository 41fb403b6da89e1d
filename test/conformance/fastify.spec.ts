import { describeConformance } from './describe-conformance.js';
import { FLASK_JWT_EXTENDED } from './libraries.js';

describeConformance('fastify', FLASK_JWT_EXTENDED);
