import { describeInChromium } from '../browser/support/chromium.js';
import { BuiltSite } from './site/built-site.js';
import { describeBrowser } from './site/describe-browser.js';
import { describeLinks } from './site/describe-links.js';

/** On a busy machine. */
const BUILD = 600_000;

const site = new BuiltSite();
beforeAll(() => site.build(), BUILD);

describe('the built site', () => describeLinks(site));
describeInChromium('the built site in Chromium', () => describeBrowser(site));
