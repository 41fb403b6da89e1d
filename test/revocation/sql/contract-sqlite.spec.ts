import { describeContract } from './describe-contract.js';

describeContract('SQLite');
