import { describeInChromium } from '../browser/support/chromium.js';
import { BuiltSite } from './site/built-site.js';
import { describeBrowser } from './site/describe-browser.js';
import { describeLinks } from './site/describe-links.js';
import { describeSearch } from './site/describe-search.js';

/** On a busy machine. */
const BUILD = 600_000;

const site = new BuiltSite();
beforeAll(() => site.build(), BUILD);

describe('the built site', () => describeLinks(site));
describe('the search of the built site', () => describeSearch(site));
describeInChromium('the built site in Chromium', () => describeBrowser(site));
